// A UDP socket is open, too: reading some of its properties would print a deprecation warning.
'use strict';
const { spawn } = require('node:child_process');
const dgram = require('node:dgram');
const net = require('node:net');

const socket = dgram.createSocket('udp4').bind(0);
const server = net.createServer().listen(0, '127.0.0.1', () => {
  spawn('sleep', ['0.3'], { stdio: ['ignore', 'ignore', 'ignore', server._handle.fd] }).on('exit', () => {
    const child = spawn('sleep', ['1.5'], { detached: true });
    child.unref();
    child.on('exit', () => socket.close());
    server.close();
  });
});
