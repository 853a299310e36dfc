// A native library takes a lock between fork and exec.
//# reports: stuck-forks warning
//# tools: gcc
//# env: FORKGUARD_STALL_MS=500
//# launch: gcc -shared -fPIC -o atfork.so "$(dirname "$PROGRAM")/atfork.c" -lpthread && LD_PRELOAD=$PWD/atfork.so "$NODE" "$PROGRAM"
'use strict';
const { spawn } = require('node:child_process');

spawn('true', { stdio: 'ignore' }).on('exit', (code) => console.log(code)); //~ forked
