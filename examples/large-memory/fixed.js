// The same data in WebAssembly.Memory, which V8 keeps out of a fork (MADV_DONTFORK).
const { spawn } = require('node:child_process');
const { median, gibibytes } = require('./measure');

const memories = Array.from({ length: 2 }, () => new WebAssembly.Memory({ initial: 16384, maximum: 16384 }));
for (const { buffer } of memories) new Uint8Array(buffer).fill(1);
console.log(`${gibibytes()} GiB resident in ${memories.length} memories`);
console.log(`spawn blocks for ${median(() => spawn('true', { stdio: 'ignore' }))} ms`);
setTimeout(() => {}, 300);
