// In a worker thread it is the thread that dies.
//# reports: unheard-errors error, zombie-children warning
//# output: varies
'use strict';
const { spawn } = require('node:child_process');
const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) {
  new Worker(__filename).on('error', ({ code }) => console.log(code));
} else {
  const child = spawn('sh', ['-c', 'exec <&-; sleep 5'], { stdio: ['pipe', 'ignore', 'ignore'] }); //~ forked
  setTimeout(() => child.stdin.write('x'), 300);
}
