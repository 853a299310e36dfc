// A native addon takes a lock between fork and exec.
//# reports: stuck-forks warning
//# tools: gcc
//# env: FORKGUARD_STALL_MS=500
//# launch: gcc -shared -fPIC -DHANDLER -o addon.node "$(dirname "$PROGRAM")/addon.c" -lpthread && "$NODE" "$PROGRAM"
'use strict';
const { spawn } = require('node:child_process');

require(`${process.cwd()}/addon.node`);
spawn('true', { stdio: 'ignore' }).on('exit', (code) => console.log(code)); //~ forked
