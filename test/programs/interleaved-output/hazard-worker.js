// What a worker thread prints goes through the main thread: a child that it starts is always faster.
//# reports: interleaved-output info
'use strict';
const { execFileSync } = require('node:child_process');
const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) new Worker(__filename);
else {
  console.log('first');
  execFileSync('echo', ['second'], { stdio: ['ignore', 'inherit', 'ignore'] }); //~ forked
}
