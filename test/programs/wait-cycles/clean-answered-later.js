// Whoever holds the other end of the child's input writes to it by a timer, as late as V8's own are due. Two shells
// stand between it and a Node above, so that it does not tell of its timers.
//# launch: ("$NODE" "$PROGRAM"; exit $?)
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execSync, spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  console.log(String(execSync('read line; echo $line', { stdio: ['inherit', 'pipe', 'inherit'] })));
} else {
  const child = spawn(process.execPath, [__filename, 'child'], { stdio: ['pipe', 'inherit', 'inherit'] });
  setTimeout(() => child.stdin.end('late\n'), 7000);
}
