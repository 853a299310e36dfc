// The child ignores SIGTERM, and the program waits for its exit.
//# reports: ignored-signals warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh', ['-c', 'trap "" TERM; echo up; sleep 2.5'], { stdio: ['ignore', 'pipe', 'ignore'] }); //~ forked
child.stdout.once('data', () => child.kill());
child.on('exit', (code) => console.log(code));
