// A lock taken in the program, on a file that is then handed to a child as its output.
//# reports: shared-locks warning
//# packages: koffi
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const flock = require('koffi').load('libc.so.6').func('int flock(int, int)');

const log = fs.openSync('app.log', 'w'); //~ opened
flock(log, 2 | 4); // LOCK_EX | LOCK_NB
const child = spawn('sleep', ['3'], { stdio: ['ignore', log, 'ignore'] }); //~ forked
fs.closeSync(log);
const taken = spawnSync('flock', ['-n', 'app.log', 'true']).status !== 0;
console.log(taken ? 'closed here, still locked' : 'free');
child.kill();
