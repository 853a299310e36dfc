// A worker thread that is terminated runs no code any more: the main thread sees what it leaves.
//# reports: zombie-children warning
'use strict';
const { spawn } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('message', () => worker.terminate());
  worker.on('exit', () => setTimeout(() => console.log('the thread has ended'), 1500));
} else {
  const { pid } = spawn('true', { stdio: 'ignore' });
  // it never hears of the end of its child
  while (!readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
  parentPort.postMessage('it is dead');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
