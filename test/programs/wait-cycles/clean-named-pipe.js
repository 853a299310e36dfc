// The child reads a named pipe into which another process writes, after a while.
//# tools: mkfifo
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execFileSync, spawn } = require('node:child_process');

execFileSync('mkfifo', ['jobs']);
spawn('sh', ['-c', 'sleep 2; echo job > jobs'], { stdio: 'ignore' });
console.log(String(execFileSync('head', ['-n', '1', 'jobs'])));
