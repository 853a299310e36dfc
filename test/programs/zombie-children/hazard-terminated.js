// A worker thread that is terminated runs no code any more: the main thread sees what it leaves.
//# reports: zombie-children warning
'use strict';
const { spawn } = require('node:child_process');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('message', () => worker.terminate());
  worker.on('exit', () => setTimeout(() => console.log('the thread has ended'), 3000));
} else {
  // it outlives the thread, which may wait for its children once more as it ends
  spawn('sleep', ['1'], { stdio: 'ignore' });
  parentPort.postMessage('spawned');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
