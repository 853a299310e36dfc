// SIGTERM was sent to the parent, which passes it on to its shell alone. What the shell runs catches the signal, lives
// on, and waits for its own child.
//# launch: "$NODE" "$PROGRAM" & sleep 1; kill $!; wait $!; sleep 1; echo end
//# output: varies
'use strict';
const { spawn } = require('node:child_process');

const server = () => {
  const child = spawn('sleep', ['8'], { stdio: 'ignore' });
  process.on('SIGTERM', () => child.kill());
  child.on('exit', () => process.exit());
};
const main = () => {
  const child = spawn(`"${process.execPath}" "${__filename}" server; true`, {
    shell: true,
    stdio: 'inherit',
    // without NODE_OPTIONS it does not look after itself
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  process.on('SIGTERM', () => child.kill());
  child.on('exit', () => process.exit());
};
(process.argv[2] === 'server' ? server : main)();
