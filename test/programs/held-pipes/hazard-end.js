// Nobody listens for `close`, but the output is read to its end, which does not come.
//# reports: held-pipes warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');
const { text } = require('node:stream/consumers');

const child = spawn('sh', ['-c', 'sleep 2 & echo started'], { stdio: ['ignore', 'pipe', 'inherit'] }); //~ forked
text(child.stdout).then((output) => console.log(output.trim()));
