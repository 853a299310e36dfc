// The child takes what it is sent.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const net = require('node:net');
const { fork } = require('node:child_process');

if (process.argv[2] === 'child') {
  process.on('message', (message, socket) => setTimeout(() => socket.end('hello'), 1000));
} else {
  const child = fork(__filename, ['child']);
  const server = net.createServer({ pauseOnConnect: true }, (socket) => child.send('socket', socket));
  server.listen(0, '127.0.0.1', () => {
    let text = '';
    const client = net.connect(server.address().port, '127.0.0.1');
    client.on('data', (chunk) => (text += chunk));
    client.on('end', () => {
      console.log(text);
      server.close();
      child.disconnect();
    });
  });
}
