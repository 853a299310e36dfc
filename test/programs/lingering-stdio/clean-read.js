// Released, but this process reads its output to the end, and ends after it.
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh', ['-c', 'sleep 0.5; echo done'], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
child.unref();
child.stdout.on('data', (text) => process.stdout.write(text));
