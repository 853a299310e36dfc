// The same, but the child is ended first. SIGUSR2 is taken by a handler, SIGCONT by nobody: neither ends the program.
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sleep', ['30'], { stdio: 'ignore' });
const timer = setInterval(() => {}, 1000);
process.on('SIGUSR2', () => {
  console.log('SIGUSR2');
  process.kill(process.pid, 'SIGCONT');
  process.kill(process.pid);
});
process.once('SIGTERM', () => {
  console.log('cleaned up');
  child.kill();
  child.on('exit', () => {
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  });
});
setTimeout(() => process.kill(process.pid, 'SIGUSR2'), 200);
