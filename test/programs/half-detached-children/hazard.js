// Meant to live on, but its output is a pipe to this process: its next line ends it.
//# reports: half-detached-children warning
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh', ['-c', 'sleep 2; echo line; sleep 2'], { detached: true }); //~ forked
child.unref();
setTimeout(() => process.exit(0), 100);
