// node-pty opens /dev/ptmx without close-on-exec: a later child keeps the terminal from being hung up.
//# reports: inheritable-descriptors warning
//# packages: node-pty
'use strict';
const { spawn } = require('node:child_process');
const pty = require('node-pty');

const terminal = pty.spawn('sh', ['-c', 'cat >/dev/null'], {});
setTimeout(() => {
  const child = spawn('sh', ['-c', 'ls -l /proc/self/fd | grep -c /dev/ptmx; sleep 1'], { stdio: ['ignore', 'inherit', 'ignore'] }); //~ forked
  child.on('exit', () => {
    terminal.kill();
    setTimeout(() => process.exit(), 100);
  });
}, 200);
