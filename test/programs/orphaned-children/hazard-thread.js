// A worker thread that is terminated runs no code any more, and its child lives on.
//# reports: orphaned-children warning
'use strict';
const { spawn } = require('node:child_process');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('message', () => worker.terminate());
  worker.on('exit', () => setTimeout(() => console.log('the thread has ended'), 2000));
} else {
  spawn('sleep', ['60']); //~ forked
  parentPort.postMessage('spawned');
}
