// A child blocks the signal while it is at work, and takes it then.
//# info: allowed
//# tools: python3
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const code = `
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, [15])
print("up", flush=True)
time.sleep(2)
signal.sigwait([15])`;
const child = spawn('python3', ['-c', code], { stdio: ['ignore', 'pipe', 'inherit'] });
child.stdout.once('data', () => child.kill());
child.on('exit', (status) => console.log(status));
