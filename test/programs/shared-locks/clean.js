// `flock --close` keeps the lock in flock itself, and a record lock belongs to its process: neither crosses a fork.
//# tools: flock python3
//# launch: flock --nonblock --close lock python3 "${PROGRAM%.js}.py"
'use strict';
const { spawnSync } = require('node:child_process');

spawnSync('true');
console.log('ok');
