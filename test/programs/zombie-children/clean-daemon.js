// A worker thread starts a daemon and ends, and so does the process: init waits for the daemon.
//# info: allowed
'use strict';
const { spawn } = require('node:child_process');
const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) new Worker(__filename).on('exit', () => console.log('the thread has ended'));
else spawn('sleep', ['1'], { detached: true, stdio: 'ignore' }).unref();
