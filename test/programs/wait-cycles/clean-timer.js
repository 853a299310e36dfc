// A command that does nothing but wait for its next turn, longer than V8's own timers.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execFileSync } = require('node:child_process');

console.log(execFileSync(process.execPath, ['-e', 'setTimeout(() => console.log("turn"), 7000)'], { encoding: 'utf8' }));
