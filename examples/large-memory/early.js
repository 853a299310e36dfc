// A small process is forked while this one is small, and starts the tools.
const { fork } = require('node:child_process');
const { median, gibibytes } = require('./measure');

const launcher = fork(`${__dirname}/launcher.js`);
const buffers = Array.from({ length: 128 }, () => Buffer.alloc(16 << 20, 1));
console.log(`${gibibytes()} GiB resident in ${buffers.length} buffers`);
console.log(`asking the launcher takes ${median(() => launcher.send('true'))} ms`);
setTimeout(() => launcher.disconnect(), 300);
