// What V8 writes for --prof, for each isolate, is recorded as info: it is nobody's mistake.
//# info: allowed
//# launch: "$NODE" --prof --perf-basic-prof "$PROGRAM"
'use strict';
const { execSync } = require('node:child_process');
const { Worker } = require('node:worker_threads');

new Worker('setTimeout(() => {}, 300)', { eval: true }).on('online', () => {
  console.log(execSync('echo ok', { encoding: 'utf8' }).trim());
});
