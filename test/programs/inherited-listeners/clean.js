// Handed over on purpose: the child serves the socket that it was sent, and this process ends.
'use strict';
const { fork } = require('node:child_process');
const net = require('node:net');

if (process.argv[2] === 'child') {
  process.on('message', (_, server) => {
    server.on('connection', (socket) => {
      socket.end('served by the child\n');
      server.close(() => process.disconnect());
    });
    process.send('ready');
  });
} else {
  const child = fork(__filename, ['child']);
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    child.send('server', server, () => server.close());
    child.on('message', () => net.connect(port, '127.0.0.1').pipe(process.stdout));
  });
}
