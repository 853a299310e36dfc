// A child that takes its time to end, one that is stopped, one that ends at once, and one that is sent a message.
//# tools: python3
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const ends = [];
process.on('exit', () => console.log(ends.sort().join('\n')));

const slow = spawn('sh', ['-c', 'trap "sleep 1.5; exit 3" TERM; echo up; while :; do sleep 0.1; done']);
slow.stdout.once('data', () => slow.kill());
slow.on('exit', (code) => ends.push(`slow ${code}`));
const stopped = spawn('sleep', ['10']);
stopped.kill('SIGSTOP');
stopped.kill('SIGTERM');
setTimeout(() => stopped.kill('SIGCONT'), 1500);
stopped.on('exit', (code, signal) => ends.push(`stopped ${signal}`));
// it blocks the signal, and waits for it
const wait = 'import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [15])\nprint("up", flush=True)\nsignal.sigwait([15])\ntime.sleep(1)';
const waiting = spawn('python3', ['-c', wait]);
waiting.stdout.once('data', () => waiting.kill());
waiting.on('exit', (code) => ends.push(`waited ${code}`));
const told = spawn('sh', ['-c', 'trap "" USR1; echo up; sleep 1.5'], { stdio: ['ignore', 'pipe', 'inherit'] });
told.stdout.once('data', () => told.kill('SIGUSR1'));
