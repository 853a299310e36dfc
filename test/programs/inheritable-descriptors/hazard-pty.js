// node-pty opens /dev/ptmx without close-on-exec: a later child keeps the terminal from being hung up.
//# reports: inheritable-descriptors warning
//# packages: node-pty
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const pty = require('node-pty');

const terminal = pty.spawn('sh', ['-c', 'cat >/dev/null'], {});
setTimeout(() => {
  const child = spawn('sleep', ['10'], { stdio: 'ignore' }); //~ forked
  const has = fs.readdirSync(`/proc/${child.pid}/fd`).map((fd) => fs.readlinkSync(`/proc/${child.pid}/fd/${fd}`));
  console.log(has.filter((target) => target === '/dev/ptmx').length, 'terminal in the child');
  child.kill();
  terminal.kill();
  setTimeout(() => process.exit(), 100);
}, 200);
