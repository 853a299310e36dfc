'use strict';
// The SDK comes after the first fork, whose hazard must not be lost.
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const { inSpan, register } = require('./setup');

async function share(socket) {
  const child = spawn('sleep', ['30'], { stdio: ['ignore', 'ignore', 'ignore', socket] });
  child.kill();
  await once(child, 'exit');
}

function ofOpenTelemetry() {
  const globals = Object.getOwnPropertySymbols(globalThis).map(String);
  return [...globals, ...Object.keys(require.cache)].filter((name) =>
    /opentelemetry|dist.src.telemetry/.test(name),
  );
}

async function main() {
  const server = net.createServer((socket) => socket.resume());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = net.connect(server.address().port, '127.0.0.1');
  await once(socket, 'connect');
  await share(socket);
  if (ofOpenTelemetry().length > 0) throw new Error(`loaded already: ${ofOpenTelemetry()}`);
  const { tracer, print } = register();
  await inSpan(tracer, 'request', () => share(socket));
  socket.destroy();
  server.close();
  await print();
}
main();
