// An editor's backend: terminals through node-pty, and tools that it starts beside them.
const { spawn } = require('node:child_process');
const pty = require('node-pty');
const { openFiles } = require('../open-files');

const terminals = [1, 2, 3].map(() => pty.spawn('cat', [], {}));
const linter = spawn('sleep', ['30'], { stdio: 'ignore' });
console.log(
  `the linter holds ${openFiles(linter.pid).filter((target) => target === '/dev/ptmx').length} terminals`,
);

linter.kill();
for (const terminal of terminals) terminal.kill();
setTimeout(() => process.exit(), 200);
