// A shell in a shell, and the signal went to the outer one by its pid: one finding for all that it leaves.
//# reports: orphaned-children warning
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh -c "sleep 30; true"; true', { shell: true, stdio: 'ignore' }); //~ forked
setTimeout(() => process.kill(child.pid), 300);
child.on('exit', () => setTimeout(() => console.log('ended long ago'), 1000));
