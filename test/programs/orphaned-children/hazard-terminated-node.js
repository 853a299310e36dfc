// SIGTERM was meant for the parent alone. Of a child with a handler only that itself knows that it got none, and says so.
//# reports: orphaned-children warning
//# launch: NODE_PARENT=1 "$NODE" "$PROGRAM" & sleep 1; kill $!; wait $!; sleep 4; echo end
//# output: varies
'use strict';
const { spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  process.on('SIGTERM', () => setTimeout(() => process.exit(), 500));
  setTimeout(() => {}, 8000);
} else {
  spawn(process.execPath, [__filename, 'child'], { stdio: 'ignore' });
  process.on('SIGTERM', () => process.exit(143));
}
