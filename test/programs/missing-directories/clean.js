// The directory exists, and the program really does not; an empty `cwd` is none.
'use strict';
const { spawn, spawnSync } = require('node:child_process');

console.log(spawnSync('true', { cwd: '/' }).status);
spawn('no-such-program', { cwd: '/' }).on('error', ({ code }) => console.log(code));
spawn('no-such-program').on('error', ({ code }) => console.log(code));
console.log(spawnSync('no-such-program', { cwd: '' }).error.code);
