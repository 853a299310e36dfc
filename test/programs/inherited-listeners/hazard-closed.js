// The program closes its server before it ends; the helper that was given the socket keeps the port bound.
//# reports: inherited-listeners warning
//# launch: port=$("$NODE" "$PROGRAM"); "$NODE" -e "require('net').createServer().on('error', (e) => console.log('next start:', e.code)).listen($port, '127.0.0.1')"
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');

const server = net.createServer();
server.listen(0, '127.0.0.1', () => { //~ opened
  const stdio = ['ignore', 'ignore', 'ignore', server._handle.fd];
  spawn('sleep', ['5'], { detached: true, stdio }).unref(); //~ forked
  console.log(server.address().port);
  server.close();
});
