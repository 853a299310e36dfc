// A connection is given to a child by its number. Closed here, it stays open for as long as the child lives.
//# reports: shared-connections info
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');

const server = net.createServer((socket) => {
  const child = spawn('sleep', ['0.8'], { stdio: ['ignore', 'ignore', 'ignore', socket._handle.fd] }); //~ forked
  socket.destroy();
  let ended = false;
  client.on('end', () => {
    ended = true;
  });
  setTimeout(() => console.log(ended ? 'the client saw the end' : 'destroyed, but the client still waits'), 300);
  child.on('exit', () => server.close());
});
let client;
server.listen(0, '127.0.0.1', () => {
  client = net.connect(server.address().port, '127.0.0.1').resume();
});
