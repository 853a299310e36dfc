// A server hands its port to its successor, closes its own socket and ends: before the successor serves, and after.
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');

const CODE = 'net.createServer((socket) => socket.end()).listen({ fd: 3 }); setTimeout(process.exit, 2000)';
const waitMs = Number(process.argv[2] ?? 0);
const server = net.createServer().listen(0, '127.0.0.1', () => {
  const stdio = ['ignore', 'ignore', 'ignore', server._handle.fd];
  spawn(process.execPath, ['-e', CODE], { detached: true, stdio }).unref();
  setTimeout(() => server.close(), waitMs);
});
if (waitMs === 0) spawn(process.execPath, [__filename, '800'], { stdio: 'ignore' });
