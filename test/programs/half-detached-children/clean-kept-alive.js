// Here something else keeps the process alive, the pipes are let go as well, or somebody reads them.
//# info: allowed
//# env: FORKGUARD_STALL_MS=300
'use strict';
const { fork, spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  setTimeout(() => process.exit(), 2000);
} else if (process.argv[2] === 'busy') {
  spawn('sleep', ['3'], { detached: true }).unref();
  setTimeout(() => process.exit(), 2000);
} else {
  const daemon = spawn('sh', ['-c', 'exec sleep 2 >/dev/null 2>&1'], { detached: true });
  daemon.unref();
  daemon.stdout.unref();
  daemon.stderr.unref();
  const channel = fork(__filename, ['child'], { detached: true, stdio: 'ignore' });
  channel.unref();
  channel.disconnect();
  const reads = spawn('sh', ['-c', 'sleep 2; echo read'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  reads.unref();
  reads.stdout.on('data', (chunk) => console.log(String(chunk)));
}
