'use strict';
// A span opens a connection, two others give it to a child.
const { spawn } = require('node:child_process');
const net = require('node:net');
const { once } = require('node:events');
const { inSpan, register } = require('./setup');

async function main() {
  const { tracer, print } = register();
  if (process.env.INSTRUMENT) {
    const { ForkguardInstrumentation } = require('../../../dist/src/opentelemetry');
    new ForkguardInstrumentation();
  }
  const server = net.createServer((socket) => socket.resume());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  let socket;
  await inSpan(tracer, 'boot', async () => {
    socket = net.connect(server.address().port, '127.0.0.1');
    await once(socket, 'connect');
  });
  const children = [];
  for (let i = 0; i < 2; i++) {
    await inSpan(tracer, 'request', async function handle() {
      children.push(spawn('sleep', ['30'], { stdio: ['ignore', 'ignore', 'ignore', socket] }));
    });
  }
  await Promise.all(children.map((child) => child.kill() && once(child, 'exit')));
  socket.destroy();
  server.close();
  await print();
}
main();
