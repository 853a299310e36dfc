// A program without flock(2) of its own has a child take the lock on its descriptor: that is what it passes it for.
//# tools: flock
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');

const lock = fs.openSync('app.lock', 'w');
const { status } = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'inherit', 'inherit', lock] });
console.log('taken:', status === 0);
const other = fs.openSync('other.lock', 'w');
spawn('sh', ['-c', 'flock -n 3; sleep 0.5'], { stdio: ['ignore', 'inherit', 'inherit', other] });
for (const end = Date.now() + 100; Date.now() < end; ); // it is taken before anybody looks
