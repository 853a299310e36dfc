// inetd's way: the connection is the child's stdin and stdout, passed as the socket itself, and let go here.
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');

const server = net.createServer({ pauseOnConnect: true }, (socket) => {
  socket.pause();
  const child = spawn('sh', ['-c', 'echo hello'], { stdio: ['pipe', 'pipe', 'ignore'] });
  socket.resume();
  child.stdout.pipe(socket);
  child.stdin.end();
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.setEncoding('utf8').on('data', (text) => console.log(text.trim()));
  client.on('end', () => server.close());
});
