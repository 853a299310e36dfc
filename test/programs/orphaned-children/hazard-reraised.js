// A handler of SIGTERM cleans up, and then sends the signal once more, so that the parent sees how it ended.
//# reports: orphaned-children warning
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['30'], { stdio: 'ignore' }); //~ forked
process.once('SIGTERM', () => {
  console.log('cleaned up');
  process.kill(process.pid, 'SIGTERM');
});
setTimeout(() => process.kill(process.pid, 'SIGTERM'), 200);
setInterval(() => {}, 1000);
