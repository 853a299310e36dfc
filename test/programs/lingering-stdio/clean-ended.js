// It is let go, and ended with its group when this process ends.
//# launch: "$NODE" "$PROGRAM" | cat
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh', ['-c', 'sleep 9 & wait'], { detached: true, stdio: 'inherit' });
child.unref();
process.on('exit', () => process.kill(-child.pid));
setTimeout(() => console.log('done'), 300);
