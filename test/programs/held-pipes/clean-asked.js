// The group of the shell was asked to end as well: the server behind it holds the pipe until it has closed.
'use strict';
const { spawn } = require('node:child_process');

if (process.argv[2] === 'server') {
  process.on('SIGTERM', () => setTimeout(() => process.exit(), 2000));
  setInterval(() => {}, 1000);
  console.log('up');
} else {
  const command = `"${process.execPath}" "${__filename}" server; true`;
  const child = spawn('sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.once('data', () => {
    child.kill();
    process.kill(-child.pid);
  });
  child.on('close', () => console.log('closed'));
}
