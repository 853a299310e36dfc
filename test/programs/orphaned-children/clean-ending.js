// The child is just ending when the process does.
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh', ['-c', 'echo last words; exec >&-; sleep 0.02'], { stdio: ['ignore', 'pipe', 'ignore'] });
child.stdout.on('data', (text) => process.stdout.write(text)).on('end', () => process.exit(0));
