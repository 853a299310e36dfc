// An editor's backend: terminals through node-pty, and tools that it starts beside them.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const pty = require('node-pty');

const terminals = [1, 2, 3].map(() => pty.spawn('cat', [], {}));
const linter = spawn('sleep', ['30'], { stdio: 'ignore' });
console.log(
  `the linter holds ${targets(linter.pid).filter((target) => target === '/dev/ptmx').length} terminals`,
);

linter.kill();
for (const terminal of terminals) terminal.kill();
setTimeout(() => process.exit(), 200);

function targets(pid) {
  return fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // a program that is starting opens and closes descriptors of its own
    }
  });
}
