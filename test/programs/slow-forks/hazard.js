// A process with 1 GB of buffers forks: the event loop stands still while the page tables are copied.
//# reports: slow-forks warning
//# env: FORKGUARD_SLOW_FORK_MS=12
'use strict';
const { spawn } = require('node:child_process');

const cache = Array.from({ length: 64 }, () => Buffer.alloc(16 << 20, 1));
spawn('true', { stdio: 'ignore' }); //~ forked
setTimeout(() => console.log('done', cache.length), 300);
