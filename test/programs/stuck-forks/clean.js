// A fork that is slow to exec, and a native library that only looks dangerous.
//# env: FORKGUARD_STALL_MS=500 LD_PRELOAD=libm.so.6
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['1.5'], { stdio: 'ignore' }).on('exit', (code) => console.log(code));
