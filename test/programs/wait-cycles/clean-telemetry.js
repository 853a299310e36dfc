// The child has a connection that nobody accepts, and goes on with its own work.
//# tools: bash
//# env: FORKGUARD_STALL_MS=500
'use strict';
const net = require('node:net');
const { spawnSync } = require('node:child_process');

const server = net.createServer((socket) => socket.destroy());
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  console.log(String(spawnSync('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${port}; sleep 2; echo slept`]).stdout));
  const work = `require('net').connect(${port}, '127.0.0.1'); setTimeout(() => { console.log('worked'); process.exit() }, 2000)`;
  console.log(String(spawnSync(process.execPath, ['-e', work]).stdout));
  server.close();
});
