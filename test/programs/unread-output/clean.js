// A consumer that pauses and goes on; a child that writes little.
//# info: allowed
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('head', ['-c', '3000000', '/dev/zero']);
let bytes = 0;
child.stdout.on('data', (chunk) => {
  if (bytes === 0) {
    child.stdout.pause();
    setTimeout(() => child.stdout.resume(), 2000);
  }
  bytes += chunk.length;
});
child.on('close', () => console.log(bytes));
spawn('sh', ['-c', 'echo little; sleep 1.5']).on('exit', (code) => console.log(code));
