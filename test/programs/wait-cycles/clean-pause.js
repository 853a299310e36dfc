// The thread sleeps, as there is no other way to do so, while a worker thread waits for messages.
//# info: allowed
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { once } = require('node:events');
const { Worker } = require('node:worker_threads');

async function main() {
  const worker = new Worker(`require('node:worker_threads').parentPort.on('message', () => {})`, { eval: true });
  await once(worker, 'online');
  await new Promise((resolve) => setTimeout(resolve, 200));
  console.log(Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500));
  await worker.terminate();
}
main();
