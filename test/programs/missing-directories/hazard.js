// "spawn … ENOENT", although the program is there: the directory is missing.
//# reports: missing-directories error
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('true', { cwd: 'build/output' }); //~ forked
child.on('error', ({ message }) => console.log(message));
