// What the child has not taken of its input yet is lost.
//# reports: truncated-output error
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sleep', ['1'], { stdio: ['pipe', 'ignore', 'ignore'], detached: true }); //~ forked
child.unref();
child.stdin.write('z'.repeat(1 << 20));
setTimeout(() => process.exit(0), 100); //~ ended
