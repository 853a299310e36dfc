// A client goes away in the middle of its download: the pipe is taken off, and nobody reads the command's output.
//# reports: unread-output warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');
const { connect, createServer } = require('node:net');

const server = createServer((client) => {
  const child = spawn('head', ['-c', '20000000', '/dev/zero'], { stdio: ['ignore', 'pipe', 'inherit'] }); //~ forked
  child.stdout.pipe(client);
  client.on('error', () => {});
  setTimeout(() => child.stdout.resume(), 2500);
  child.on('exit', (code, signal) => {
    console.log(code, signal);
    server.close();
  });
});
server.listen(0, '127.0.0.1', () => {
  const client = connect(server.address().port, '127.0.0.1');
  client.once('data', () => client.destroy());
});
