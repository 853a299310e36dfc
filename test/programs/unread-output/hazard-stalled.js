// The stream is piped to something that takes one chunk and never asks for another. Nothing else goes on in the program.
//# reports: unread-output warning
//# env: FORKGUARD_STALL_MS=500
//# launch: timeout 4 "$NODE" "$PROGRAM"
'use strict';
const { spawn } = require('node:child_process');
const { Writable } = require('node:stream');

const child = spawn('head', ['-c', '3000000', '/dev/zero'], { stdio: ['ignore', 'pipe', 'inherit'] }); //~ forked
child.stdout.pipe(new Writable({ write: () => {} })); // the callback is forgotten
process.on('SIGTERM', () => child.kill());
