// A launcher opens a connection (say, to its service manager) and starts the program; each child holds it.
//# reports: inheritable-descriptors info, shared-connections info
//# tools: python3
//# launch: python3 "${PROGRAM%.js}.py"
'use strict';
const { spawnSync } = require('node:child_process');

spawnSync('true'); //~ forked //~ forked inheritable-descriptors
console.log('ok');
