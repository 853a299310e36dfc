// A worker thread that runs at the end of the process runs no code any more, either.
//# reports: orphaned-children warning
'use strict';
const { spawn } = require('node:child_process');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('message', () => process.exit());
} else {
  process.on('exit', () => console.log('never'));
  spawn('sleep', ['60'], { stdio: 'ignore' }); //~ forked
  parentPort.postMessage('spawned');
}
