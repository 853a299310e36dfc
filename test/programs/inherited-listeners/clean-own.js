// The child has opened the port itself: nothing of this process is in the way.
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');

const child = spawn(
  process.execPath,
  ['-e', "const s = require('net').createServer().listen(0, '127.0.0.1', () => console.log(s.address().port))"],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
child.stdout.once('data', (port) => {
  net
    .createServer()
    .listen(Number(port), '127.0.0.1')
    .on('error', ({ code }) => {
      console.log(code);
      child.kill();
    });
});
