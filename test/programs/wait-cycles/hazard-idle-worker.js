// This thread waits for a worker thread that waits for a message of this thread.
//# reports: wait-cycles error
//# launch: timeout 5 "$NODE" "$PROGRAM"
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

if (isMainThread) {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(__filename, { workerData: flag });
  worker.once('message', () => Atomics.wait(flag, 0, 0)); //~ forked
} else {
  parentPort.on('message', () => Atomics.notify(workerData, 0));
  parentPort.postMessage('ready');
}
