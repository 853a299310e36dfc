// The child ends without reading; the EPIPE of the write has no listener and ends this process.
//# reports: unheard-errors error
//# output: varies
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('true', { stdio: ['pipe', 'ignore', 'ignore'] }); //~ forked
child.stdin.end('x'.repeat(1 << 20));
