// Opened for appending, opened once more for the child, or not used here before.
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');

const log = fs.openSync('log.txt', 'a');
fs.writeSync(log, 'header\n');
spawnSync('echo', ['body'], { stdio: ['ignore', log, 'inherit'] });
const fresh = fs.openSync('other.txt', 'w');
spawnSync('echo', ['body'], { stdio: ['ignore', fresh, 'inherit'] });
console.log(fs.readFileSync('log.txt', 'utf8'), fs.readFileSync('other.txt', 'utf8'));
