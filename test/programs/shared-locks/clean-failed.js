// The program does not exist: no child has ever got the descriptor with the lock.
//# launch: exec 200>lock; flock -n 200; "$NODE" "$PROGRAM"
'use strict';
const { spawn, spawnSync } = require('node:child_process');

const stdio = ['ignore', 'ignore', 'ignore', 200];
console.log(spawnSync('/no/such/program', { stdio }).error.code);
spawn('/no/such/program', { stdio }).on('error', ({ code }) => console.log(code));
