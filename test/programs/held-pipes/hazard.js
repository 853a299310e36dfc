// What a shell starts in the background keeps the pipes of exec.
//# reports: held-pipes warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { exec } = require('node:child_process');

exec('sleep 2 & echo started', (error, stdout) => console.log(stdout.trim())); //~ forked
