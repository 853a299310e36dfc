'use strict';
// An SDK in which everything fails.
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const { metrics, trace } = require('@opentelemetry/api');
const { register } = require('./setup');

const fail = () => {
  throw new Error('the SDK is broken');
};

async function main() {
  register({ metrics: false, logs: false });
  trace.disable();
  trace.setGlobalTracerProvider({ getTracer: fail });
  metrics.setGlobalMeterProvider({ getMeter: fail });
  const { ForkguardInstrumentation } = require('../../../dist/src/opentelemetry');
  new ForkguardInstrumentation({ propagateContext: true });
  const server = net.createServer((socket) => socket.resume());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = net.connect(server.address().port, '127.0.0.1');
  await once(socket, 'connect');
  const child = spawn('sleep', ['30'], { stdio: ['ignore', 'ignore', 'ignore', socket] });
  child.kill();
  await once(child, 'exit');
  process.stdout.write(execFileSync('echo', ['unharmed']));
  socket.destroy();
  server.close();
}
main();
