// A helper works on the lock that it is given, and has ended when the call returns.
//# tools: flock
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');

const lock = fs.openSync('app.lock', 'w');
const flock = (option) => spawnSync('flock', [option, '3'], { stdio: ['ignore', 'ignore', 'ignore', lock] }).status;
console.log(flock('-x'), flock('-u'));
