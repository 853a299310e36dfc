// A process under the child keeps its IPC descriptor.
//# reports: held-pipes warning, orphaned-children warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { fork } = require('node:child_process');

if (process.argv[2] === 'child') {
  require('node:child_process').spawn('sleep', ['5'], { stdio: ['ignore', 'ignore', 'ignore', process.channel.fd] }).unref();
  setTimeout(() => process.exit(), 100);
} else {
  const child = fork(__filename, ['child']); //~ forked
  child.on('exit', () => console.log('exit'));
  child.on('close', () => console.log('close'));
}
