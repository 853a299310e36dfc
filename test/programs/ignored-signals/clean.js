// A child that takes its time to end, one that is stopped, and one that ends at once.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const slow = spawn('sh', ['-c', 'trap "sleep 1.5; exit 3" TERM; echo up; while :; do sleep 0.1; done']);
slow.stdout.once('data', () => slow.kill());
slow.on('exit', (code) => console.log(code));
const stopped = spawn('sleep', ['10']);
stopped.kill('SIGSTOP');
stopped.kill('SIGTERM');
setTimeout(() => stopped.kill('SIGCONT'), 1500);
stopped.on('exit', (code, signal) => console.log(signal));
