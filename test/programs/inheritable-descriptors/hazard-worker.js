// The fork is made in a worker thread; the descriptor was opened in the main thread: the table is one.
//# reports: inheritable-descriptors warning
//# packages: koffi
'use strict';
const { spawnSync } = require('node:child_process');
const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) {
  require('koffi').load('libc.so.6').func('int open(const char *, int, int)')('data', 0o102, 0o600);
  new Worker(__filename).on('exit', () => console.log('ended'));
} else {
  spawnSync('true'); //~ forked
}
