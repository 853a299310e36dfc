// EPIPE is listened for; an EPIPE that is not of a child's stream is somebody else's.
//# output: varies
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('true', { stdio: ['pipe', 'ignore', 'ignore'] });
child.stdin.on('error', ({ code }) => {
  console.log(code);
  setTimeout(() => {
    throw Object.assign(new Error('of another origin'), { code: 'EPIPE', syscall: 'write' });
  }, 50);
});
child.stdin.end('x'.repeat(1 << 20));
