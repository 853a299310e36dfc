// A child that needs a while to load gets a socket before it is there.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const net = require('node:net');
const { fork } = require('node:child_process');

if (process.argv[2] === 'child') {
  const loaded = Date.now() + 2000;
  while (Date.now() < loaded);
  process.on('message', (message, socket) => socket.end('hello'));
} else {
  const child = fork(__filename, ['child']);
  const server = net.createServer({ pauseOnConnect: true }, (socket) => child.send('socket', socket));
  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1').on('data', (text) => console.log(String(text)));
    client.on('end', () => {
      server.close();
      child.disconnect();
    });
  });
}
