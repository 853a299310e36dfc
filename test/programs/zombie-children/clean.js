// A worker thread that waits for its child.
'use strict';
const { execFile } = require('node:child_process');
const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('exit', () => {
    const other = new Worker('setInterval(() => {}, 100)', { eval: true });
    other.on('online', () => other.terminate());
  });
} else {
  execFile('echo', ['hello'], (_, text) => process.stdout.write(text));
}
