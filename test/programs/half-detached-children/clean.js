// Meant to live on, with output of its own; a pipe for its input only tells it of our end.
'use strict';
const { spawn } = require('node:child_process');

spawn('sh', ['-c', 'sleep 1; echo line'], { detached: true, stdio: 'ignore' }).unref();
spawn('sh', ['-c', 'read line; sleep 1'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] }).unref();
setTimeout(() => process.exit(0), 100);
