// A service with 2 GB of buffers starts a small tool. Measured: how long `spawn` blocks the event loop.
const { spawn } = require('node:child_process');
const { median, gibibytes } = require('./measure');

const buffers = Array.from({ length: 128 }, () => Buffer.alloc(16 << 20, 1));
console.log(`${gibibytes()} GiB resident in ${buffers.length} buffers`);
console.log(`spawn blocks for ${median(() => spawn('true', { stdio: 'ignore' }))} ms`);
setTimeout(() => {}, 300);
