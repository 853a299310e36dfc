// Detached for a process group of its own; it ends at the end of its input, as services do.
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('cat', { detached: true });
child.unref();
child.stdin.write('question');
child.stdout.once('data', (answer) => {
  console.log(String(answer));
  process.exit();
});
