// A launcher opens the port, hands it to a server that has yet to start, and is gone.
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');

const CODE = 'net.createServer((socket) => socket.end()).listen({ fd: 3 }); setTimeout(process.exit, 1000)';
const START = 'for i in 1 2 3 4 5 6 7 8 9 10; do ls / >/dev/null; done; exec "$0" -e "$1"';
const server = net.createServer().listen(0, '127.0.0.1', () => {
  const stdio = ['ignore', 'ignore', 'ignore', server._handle.fd];
  spawn('sh', ['-c', START, process.execPath, CODE], { detached: true, stdio }).unref();
  process.exit();
});
