// A connection over a UNIX socket, as to a database on the same machine, passed by its number and read on here.
//# reports: shared-connections warning, shared-connections info
'use strict';
const { spawn } = require('node:child_process');
const net = require('node:net');

const server = net.createServer((peer) => peer.resume()).listen('database.sock', () => {
  const client = net.connect('database.sock'); //~ opened
  client.resume().on('connect', () => {
    const { fd } = client._handle;
    spawn('sleep', ['0.5'], { stdio: ['ignore', 'ignore', 'ignore', fd] }) //~ forked
      .on('exit', () => {
        client.destroy();
        server.close();
      });
  });
});
