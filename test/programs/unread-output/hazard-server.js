// A service with what most have: an open connection to a database, a logger in a worker thread, its own stdin.
//# reports: unread-output warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const { Worker } = require('node:worker_threads');

const database = `
  const server = require('node:net').createServer((socket) => socket.resume());
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit());`;

async function main() {
  const server = spawn(process.execPath, ['-e', database], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port] = await once(server, 'message');
  const connection = net.connect(port, '127.0.0.1');
  new Worker('setInterval(() => {}, 1000)', { eval: true }).unref();
  process.stdin.resume();
  await once(connection, 'connect');

  const child = spawn('head', ['-c', '1500000', '/dev/zero'], { stdio: ['ignore', 'pipe', 'inherit'] }); //~ forked
  child.on('exit', (code) => {
    console.log(code);
    connection.destroy();
    server.disconnect();
  });
  setTimeout(() => child.stdout.resume(), 2500);
}
main();
