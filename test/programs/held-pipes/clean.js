// A background process that goes on writing is heard: nobody waits in vain.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { exec } = require('node:child_process');

exec('(for i in 1 2 3 4 5 6 7 8; do sleep 0.25; echo $i; done) & echo started', (error, stdout) => console.log(stdout.length));
exec('(for pause in 0.2 0.7 0.7; do sleep $pause; echo $pause; done) & echo started', (error, stdout) => console.log(stdout));
exec('sleep 2 >/dev/null 2>&1 & echo started', (error, stdout) => console.log(stdout.trim()));
