// The launcher of a daemon: its log is shown for as long as the program lives, and nobody waits for its end.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh', ['-c', '(sleep 2; echo late) & echo launched'], { stdio: ['ignore', 'pipe', 'ignore'] });
child.stdout.unref();
child.stdout.pipe(process.stdout);
child.on('exit', () => setTimeout(() => console.log('done'), 1500));
