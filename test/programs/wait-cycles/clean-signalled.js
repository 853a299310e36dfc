// Whoever holds the other end of the child's input writes to it when somebody sends the signal for it.
//# launch: "$NODE" --no-memory-reducer "$PROGRAM"
//# env: FORKGUARD_STALL_MS=500
//# tools: setsid
'use strict';
const { execSync, spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  console.log(String(execSync('read line; echo $line', { stdio: ['inherit', 'pipe', 'inherit'] })));
} else {
  const child = spawn(process.execPath, [__filename, 'child'], { stdio: ['pipe', 'inherit', 'inherit'] });
  process.on('SIGUSR2', () => child.stdin.end('asked for\n'));
  // without the reducer's timer, which V8 sets for 8 s, the event loop has none
  spawn('setsid', ['-f', 'sh', '-c', `sleep 3; kill -USR2 ${process.pid}`], { stdio: 'ignore' });
}
