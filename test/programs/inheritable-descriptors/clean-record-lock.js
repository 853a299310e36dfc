// A launcher that holds a record lock (POSIX) on a descriptor it left open: the child does not get the lock.
//# info: allowed
//# tools: python3
//# launch: python3 "${PROGRAM%.js}.py"
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['0.2'], { detached: true, stdio: 'ignore' });
console.log('ok');
