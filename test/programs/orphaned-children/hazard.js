// An uncaught exception ends the process while its child runs.
//# reports: orphaned-children warning
//# output: varies
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['5'], { stdio: 'ignore' }); //~ forked
setTimeout(() => {
  throw new Error('boom');
}, 50);
