// A shell is ended with its group; the server in it takes its time to close, and writes its last line.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

const server = `
  process.on('SIGTERM', () => setTimeout(() => process.exit(console.log('closed')), 1500));
  setInterval(() => {}, 1000);
  console.log('up');`;
const child = spawn('sh', ['-c', '"$NODE" -e "$SERVER"; true'], {
  detached: true,
  env: { ...process.env, SERVER: server },
  stdio: ['ignore', 'pipe', 'inherit'],
});
child.stdout.on('data', (text) => {
  console.log(String(text).trim());
  if (String(text).includes('up')) process.kill(-child.pid, 'SIGTERM');
});
child.on('close', (code, signal) => console.log('everything is closed', signal));
