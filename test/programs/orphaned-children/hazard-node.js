// Parent and child both look: what the parent has reported at its end the child does not report again.
//# reports: orphaned-children warning
//# launch: "$NODE" "$PROGRAM"; sleep 3
'use strict';
const { spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  setTimeout(() => {}, 8000);
} else {
  spawn(process.execPath, [__filename, 'child'], { stdio: 'ignore' }).unref(); //~ forked
  setTimeout(() => {}, 300);
}
