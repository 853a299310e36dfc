// A listener of `exit` that calls `process.exit()` is the last thing that runs.
//# reports: orphaned-children warning
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['30'], { stdio: 'ignore' }); //~ forked
process.on('exit', () => process.exit(7));
setTimeout(() => process.exit(), 100);
