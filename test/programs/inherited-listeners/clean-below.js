// A shell holds the socket, too, but the command below it serves it.
'use strict';
const { spawn } = require('node:child_process');
const { existsSync, writeFileSync } = require('node:fs');
const net = require('node:net');

if (process.argv[2] === 'child') {
  net.createServer().listen({ fd: 3 }, () => writeFileSync('up', ''));
  setTimeout(() => process.exit(), 3000);
} else {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const stdio = ['ignore', 'ignore', 'ignore', server._handle.fd];
    const serve = `"${process.execPath}" "${__filename}" child; true`;
    spawn('sh', ['-c', serve], { stdio, detached: true }).unref();
    setInterval(() => existsSync('up') && process.exit(), 100);
  });
}
