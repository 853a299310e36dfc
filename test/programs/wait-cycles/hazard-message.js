// The worker thread waits for a message that the blocked main thread cannot send.
//# reports: wait-cycles warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { Worker, isMainThread, workerData, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(__filename, { workerData: flag });
  worker.once('online', () => {
    setTimeout(() => {
      console.log(Atomics.wait(flag, 0, 0, 3000)); //~ forked
      worker.terminate();
    }, 100);
    worker.on('message', (question) => worker.postMessage(question + 1));
  });
} else {
  parentPort.on('message', () => {
    Atomics.store(workerData, 0, 1);
    Atomics.notify(workerData, 0);
  });
  setTimeout(() => parentPort.postMessage(1), 200);
}
