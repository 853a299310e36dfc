// It does what the help asks for: SIGTERM, and SIGKILL after a grace period that is longer than FORKGUARD_STALL_MS.
'use strict';
const { spawn } = require('node:child_process');

const script = 'trap "" TERM; echo up; exec sleep 30';
const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
child.stdout.once('data', () => {
  child.kill();
  setTimeout(() => child.kill('SIGKILL'), 3000).unref();
});
child.on('exit', (_, signal) => console.log(signal));
