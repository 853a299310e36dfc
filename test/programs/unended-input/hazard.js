// sort reads its stdin to an end that never comes.
//# reports: unended-input warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execFile } = require('node:child_process');

const child = execFile('sort', (error, stdout) => console.log(stdout.length)); //~ forked
setTimeout(() => child.stdin.end(), 2000);
