// A C library (here through koffi) connects without SOCK_CLOEXEC: every child gets the connection.
//# reports: inheritable-descriptors warning, shared-connections warning
//# packages: koffi
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');
const libc = require('koffi').load('libc.so.6');
const socket = libc.func('int socket(int, int, int)');
const connect = libc.func('int connect(int, const uint8_t *, int)');
const close = libc.func('int close(int)');

const server = net.createServer((peer) => {
  const child = spawn('sleep', ['0.8'], { stdio: 'ignore' }); //~ forked //~ forked inheritable-descriptors
  close(fd);
  let ended = false;
  peer.resume().on('end', () => {
    ended = true;
  });
  setTimeout(() => console.log(ended ? 'the peer saw the end' : 'closed, but the peer still waits'), 300);
  child.on('exit', () => server.close());
});
let fd;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  fd = socket(2, 1, 0);
  connect(fd, Buffer.from([2, 0, port >> 8, port & 255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]), 16);
});
