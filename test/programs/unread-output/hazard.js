// Nobody reads what the child writes to stderr.
//# reports: unread-output warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh', ['-c', 'head -c 1000000 /dev/zero >&2']); //~ forked
child.stdout.resume();
child.on('exit', (code, signal) => console.log(code, signal));
setTimeout(() => child.stderr.resume(), 2500);
