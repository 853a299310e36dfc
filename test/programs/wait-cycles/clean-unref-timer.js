// The parent ends its child's stdin after a while, by a timer that does not keep it alive.
//# launch: "$NODE" -e "require('child_process').spawnSync(process.execPath, [process.env.PROGRAM], { stdio: 'inherit' })"
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execSync, spawn } = require('node:child_process');

if (process.argv[2]) {
  console.log(execSync('cat', { stdio: ['inherit', 'pipe', 'inherit'], encoding: 'utf8' }));
} else {
  const child = spawn(process.execPath, [__filename, 'child'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.pipe(process.stdout);
  setTimeout(() => child.stdin.end('late'), 3000).unref();
}
