// The child is Node and reads stdin, as its parent does.
//# reports: shared-readers warning
//# launch: (sleep 3.6; echo answer) | "$NODE" "$PROGRAM"
'use strict';
const { spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  process.stdin.resume();
} else {
  process.stdin.on('readable', () => process.stdin.read());
  spawn(process.execPath, [__filename, 'child'], { stdio: [0, 'ignore', 'ignore'] }); //~ forked
}
