// An editor's backend: terminals through node-pty, and tools that it starts beside them.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const pty = require('node-pty');

const terminals = [1, 2, 3].map(() => pty.spawn('cat', [], {}));
const linter = spawn('sleep', ['30'], { stdio: 'ignore' });

const targets = fs
  .readdirSync(`/proc/${linter.pid}/fd`)
  .map((fd) => fs.readlinkSync(`/proc/${linter.pid}/fd/${fd}`));
console.log(`the linter holds ${targets.filter((target) => target === '/dev/ptmx').length} terminals`);

linter.kill();
for (const terminal of terminals) terminal.kill();
setTimeout(() => process.exit(), 200);
