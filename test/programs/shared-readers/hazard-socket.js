// A connection is read here, and its number is given to a child as stdin.
//# reports: shared-connections info, shared-readers warning
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');

if (process.argv[2] === 'server') {
  const server = net.createServer((peer) => {
    const timer = setInterval(() => peer.write('tick\n'), 20);
    setTimeout(() => {
      clearInterval(timer);
      peer.end();
      server.close();
    }, 1800);
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
} else {
  const server = spawn(process.execPath, [__filename, 'server'], { stdio: ['ignore', 'pipe', 'inherit'] });
  server.stdout.once('data', (port) => {
    const socket = net.connect(Number(port), '127.0.0.1'); //~ opened
    socket.once('data', () => {
      const child = spawn('sh', ['-c', 'sleep 0.7; exec cat'], { stdio: [socket._handle.fd, 'pipe', 'ignore'] }); //~ forked
      child.stdout.once('data', () => console.log('the child reads, too'));
    });
    socket.resume();
  });
}
