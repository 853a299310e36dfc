// Hot keys of a development server, and a build that inherits stdin and never reads it.
//# launch: (sleep 0.4; echo r; sleep 0.4) | "$NODE" "$PROGRAM"
'use strict';
const { spawn } = require('node:child_process');

process.stdin.on('data', (key) => console.log('key:', String(key).trim()));
spawn('sh', ['-c', 'sleep 0.6; true'], { stdio: 'inherit' }).on('exit', (code) => console.log('built', code));
