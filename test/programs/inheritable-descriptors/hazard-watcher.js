// @parcel/watcher wakes its thread through a pipe that it makes without O_CLOEXEC.
//# reports: inheritable-descriptors warning
//# packages: @parcel/watcher
'use strict';
const { spawn } = require('node:child_process');
const watcher = require('@parcel/watcher');

(async () => {
  const subscription = await watcher.subscribe(process.cwd(), () => {});
  const child = spawn('sleep', ['5'], { stdio: 'ignore' }); //~ forked
  await subscription.unsubscribe();
  child.kill();
  console.log('unsubscribed');
})();
