// Detached only to have a process group that can be killed: it ends before this process does.
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh', ['-c', 'echo working; sleep 30'], { detached: true, stdio: 'inherit' });
setTimeout(() => process.kill(-child.pid, 'SIGTERM'), 300);
child.on('exit', (_, signal) => console.log('ended by', signal));
