// A server that is to live on, with nohup, behind a shell that is ended.
//# launch: "$NODE" "$PROGRAM"; sleep 2
'use strict';
const { spawn } = require('node:child_process');

const script = 'nohup sleep 3 >/dev/null 2>&1 </dev/null & echo up; wait';
const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
shell.stdout.once('data', () => shell.kill());
shell.on('close', () => setTimeout(() => console.log('ended'), 1500));
