// The worker thread logs, works, and notifies after a while.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { Worker, isMainThread, workerData } = require('node:worker_threads');

if (isMainThread) {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  new Worker(__filename, { workerData: flag });
  console.log(Atomics.wait(flag, 0, 0));
} else {
  console.log('x'.repeat(100_000).length);
  setTimeout(() => {
    Atomics.store(workerData, 0, 1);
    Atomics.notify(workerData, 0);
  }, 2000);
}
