// A child of a worker thread that ends: only the thread's event loop would have waited for it.
//# reports: zombie-children warning
'use strict';
const { spawn } = require('node:child_process');
const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) {
  new Worker(__filename).on('exit', () => console.log('the thread has ended'));
} else {
  const child = spawn('cat'); //~ forked
  child.on('spawn', () => {
    child.unref();
    child.stdin.unref();
    child.stdout.unref();
    child.stderr.unref();
  });
}
