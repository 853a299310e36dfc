// SIGTERM reaches the whole group, and the parent passes it on to its child, a shell: what that runs is ending already.
//# launch: timeout 1.5 "$NODE" "$PROGRAM"; echo end
//# tools: timeout
//# output: varies
'use strict';
const { spawn } = require('node:child_process');

const server = () => {
  process.on('SIGTERM', () => setTimeout(() => process.exit(), 1500));
  setInterval(() => {}, 1000);
};
const main = () => {
  // the shell dies only of the second signal
  const script = `trap 'trap - TERM' TERM; "${process.execPath}" "${__filename}" server & while :; do wait; done`;
  const child = spawn('sh', ['-c', script], { stdio: 'inherit' });
  process.on('SIGTERM', () => setTimeout(() => child.kill(), 100));
};
(process.argv[2] === 'server' ? server : main)();
