// Released, but its output is a pipe that this process reads: the command has done its work and does not end.
//# reports: half-detached-children warning
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sleep', ['4'], { detached: true }); //~ forked
child.unref();
console.log('started');
