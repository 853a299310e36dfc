// The connection was accepted before the thread blocked; the request is not answered.
//# reports: wait-cycles warning
//# tools: bash
//# env: FORKGUARD_STALL_MS=500
'use strict';
const net = require('node:net');
const { spawnSync } = require('node:child_process');

const server = net.createServer((socket) => {
  socket.once('data', () => {
    const options = { timeout: 3000, env: { PORT: String(server.address().port) } };
    const { signal } = spawnSync('bash', ['-c', 'exec 3<>/dev/tcp/127.0.0.1/$PORT; read -u 3'], options); //~ forked
    console.log(signal);
    socket.destroy();
    server.close();
  });
});
server.listen(0, '127.0.0.1', () => net.connect(server.address().port, '127.0.0.1').end('go'));
