// The same through execFileSync and through exec in a worker thread.
//# reports: missing-directories error
'use strict';
const { exec, execFileSync } = require('node:child_process');
const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) {
  try {
    execFileSync('true', { cwd: '/no/such/directory' }); //~ forked
  } catch ({ code }) {
    console.log(code);
  }
  new Worker(__filename);
} else {
  exec('true', { cwd: '/no/such/directory' }, ({ code }) => console.log('worker', code)); //~ forked
}
