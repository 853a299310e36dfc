// As much memory, but in WebAssembly.Memory, which a fork does not copy.
//# env: FORKGUARD_SLOW_FORK_MS=12
'use strict';
const { spawn } = require('node:child_process');

const memory = new WebAssembly.Memory({ initial: 16384, maximum: 16384 });
new Uint8Array(memory.buffer).fill(1);
spawn('true', { stdio: 'ignore' });
setTimeout(() => console.log('done'), 300);
