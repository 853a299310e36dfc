// The group of a detached child is asked to end, by `process.kill()`.
//# reports: ignored-signals warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const script = 'trap "" TERM; while :; do sleep 0.2; done';
const child = spawn('bash', ['-c', script], { detached: true, stdio: 'ignore' }); //~ forked
setTimeout(() => process.kill(-child.pid, 'SIGTERM'), 300);
setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 3000);
child.on('close', () => console.log('closed'));
