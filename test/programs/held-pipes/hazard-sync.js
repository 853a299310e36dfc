// execSync does not return before the background process ends.
//# reports: held-pipes warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execSync } = require('node:child_process');

console.log(String(execSync('sleep 2 & echo started')).trim()); //~ forked
