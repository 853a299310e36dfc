// No pipes, but the IPC channel that nobody listens to keeps this process alive as well.
//# reports: half-detached-children warning
'use strict';
const { fork } = require('node:child_process');

if (process.argv[2] === 'child') {
  setTimeout(() => process.exit(), 4000);
} else {
  fork(__filename, ['child'], { detached: true, stdio: 'ignore' }).unref(); //~ forked
  console.log('started');
}
