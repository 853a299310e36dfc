// The child is a server, which does not end when a connection of ours does.
//# reports: orphaned-children warning
'use strict';
const { spawn } = require('node:child_process');
const { connect } = require('node:net');

const SERVER = `
  const server = require('node:http').createServer((_, answer) => answer.end('hello'));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'ignore'] }); //~ forked
child.stdout.once('data', (port) => {
  child.stdout.destroy();
  const connection = connect(Number(port), '127.0.0.1', () => connection.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
  connection.once('data', () => setTimeout(() => process.exit(), 300));
});
