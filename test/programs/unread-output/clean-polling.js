// A consumer without a listener: it calls read() now and then.
//# info: allowed
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('head', ['-c', '1500000', '/dev/zero'], { stdio: ['ignore', 'pipe', 'inherit'] });
let bytes = 0;
const read = () => {
  const chunk = child.stdout.read();
  bytes += chunk?.length ?? 0;
};
child.stdout.once('end', () => console.log(bytes));
setTimeout(read, 200);
setTimeout(() => child.stdout.on('data', (chunk) => (bytes += chunk.length)), 2200);
