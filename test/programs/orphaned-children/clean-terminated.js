// SIGTERM reaches the whole process group, as timeout(1) sends it, and a detached child by a loop over all processes, as
// with systemd: the parent ends at once, the children finish their work.
//# launch: timeout 1.5 "$NODE" "$PROGRAM"; kill -TERM $(cat pid); sleep 3; echo end
//# tools: timeout
//# output: varies
'use strict';
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const { Worker, isMainThread } = require('node:worker_threads');

const child = () => {
  process.on('SIGTERM', () => setTimeout(() => process.exit(), 1500));
  setInterval(() => {}, 1000);
};
// without NODE_OPTIONS they do not look after themselves
const start = (options) =>
  spawn(process.execPath, [__filename, 'child'], {
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: '' },
    ...options,
  });
const main = () => {
  start();
  writeFileSync('pid', String(start({ detached: true }).pid));
  new Worker(__filename);
  process.on('SIGTERM', () => process.exit(143));
};
if (!isMainThread) start();
else if (process.argv[2] === 'child') child();
else main();
