// A connection is handed to a child and closed here; the next one, which is read here, has its number.
//# info: allowed
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');

const numbers = new Set();
const server = net.createServer((socket) => {
  const { fd } = socket._handle;
  numbers.add(fd);
  if (numbers.size < server.accepted++) return void socket.on('data', () => socket.destroy());
  const child = spawn('sleep', ['0.5'], { stdio: [fd, fd, 'inherit'] });
  socket.destroy();
  child.on('exit', () => server.close());
});
server.accepted = 1;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const first = net.connect(port, '127.0.0.1').resume();
  first.once('connect', () => setTimeout(() => {
    const next = net.connect(port, '127.0.0.1').resume();
    setTimeout(() => console.log(numbers.size === 1 ? 'the same number' : 'another number'), 200);
    setTimeout(() => next.end('done'), 400);
  }, 20));
});
