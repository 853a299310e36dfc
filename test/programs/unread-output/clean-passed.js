// The output of a child is the input of another one, which takes its time.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const first = spawn('head', ['-c', '1500000', '/dev/zero'], { stdio: ['ignore', 'pipe', 'inherit'] });
const second = spawn('sh', ['-c', 'sleep 2; wc -c'], { stdio: [first.stdout, 'pipe', 'inherit'] });
second.stdout.on('data', (text) => console.log(String(text)));
