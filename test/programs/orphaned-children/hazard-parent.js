// The parent is killed from outside, so only the child can notice that it is alone.
//# reports: orphaned-children warning
//# launch: NODE_PARENT=1 "$NODE" "$PROGRAM" & pid=$!; sleep 1; kill -9 $pid; wait $pid 2>/dev/null; sleep 4; echo end
//# output: varies
'use strict';
const { spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  setTimeout(() => {}, 8000);
} else {
  spawn(process.execPath, [__filename, 'child'], { stdio: 'ignore' });
  setInterval(() => {}, 1000);
}
