// The reader is behind a shell.
//# reports: unended-input warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { exec } = require('node:child_process');

const child = exec('cat | wc -c; echo done', (error, stdout) => console.log(stdout.trim())); //~ forked
setTimeout(() => child.stdin.end(), 2000);
