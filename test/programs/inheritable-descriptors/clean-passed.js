// Descriptors that a child is meant to get: its stdio, a fourth one, an IPC channel.
'use strict';
const { fork, spawn } = require('node:child_process');
const fs = require('node:fs');

if (process.argv[2] === 'child') {
  process.send('hello', () => process.disconnect());
} else {
  const log = fs.openSync('log', 'a');
  spawn('sh', ['-c', 'echo written >&3'], { stdio: ['ignore', 'inherit', 'inherit', log] }).on('close', () => {
    console.log(fs.readFileSync('log', 'utf8').trim());
    fork(__filename, ['child']).on('message', console.log);
  });
}
