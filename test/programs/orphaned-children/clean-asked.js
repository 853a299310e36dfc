// A child that was asked to end finishes its work first, longer than its parent lives.
//# launch: "$NODE" "$PROGRAM"; sleep 3; echo end
//# output: varies
'use strict';
const { spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  process.on('SIGTERM', () => setTimeout(() => process.exit(), 2500));
  setInterval(() => {}, 1000);
  console.log('up');
} else {
  const child = spawn(process.execPath, [__filename, 'child'], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.once('data', () => {
    child.kill();
    process.exit();
  });
}
