// A service under systemd, whose output goes to the journal over a UNIX socket, starts a daemon that writes there, too.
//# tools: python3
//# launch: python3 "${PROGRAM%.js}.py"
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['2'], { detached: true, stdio: ['ignore', 'inherit', 'ignore'] }).unref();
console.log('started');
