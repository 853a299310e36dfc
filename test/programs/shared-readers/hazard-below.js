// Not the child itself reads, but what its shell starts; and it begins to after a while.
//# reports: shared-readers warning
//# launch: (sleep 2; echo answer) | "$NODE" "$PROGRAM"
'use strict';
const { spawn } = require('node:child_process');

process.stdin.on('data', () => {});
const child = spawn('sh', ['-c', 'sleep 0.6; head -n 1 >/dev/null; true'], { stdio: 'inherit' }); //~ forked
child.on('exit', () => console.log('ended'));
