// The memory is allocated after the fork, which had little to copy, however long it took.
//# env: FORKGUARD_SLOW_FORK_MS=4
'use strict';
const { spawn } = require('node:child_process');

spawn('true', { stdio: 'ignore' });
const later = Buffer.alloc(2 ** 30, 1);
setTimeout(() => console.log(later.length), 300);
