// A stream that is paused from the start, until somebody wants it.
//# info: allowed
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('head', ['-c', '1500000', '/dev/zero'], { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.pause();
let bytes = 0;
setTimeout(() => child.stdout.on('data', (chunk) => (bytes += chunk.length)).resume(), 2000);
child.on('close', () => console.log(bytes));
