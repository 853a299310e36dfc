// SIGTERM was meant for the parent alone: had the child got it, it would be dead.
//# reports: orphaned-children warning
//# launch: NODE_PARENT=1 "$NODE" "$PROGRAM" & sleep 1; kill $!; wait $!
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['8'], { stdio: 'ignore' }); //~ forked
process.on('SIGTERM', () => process.exit(143));
