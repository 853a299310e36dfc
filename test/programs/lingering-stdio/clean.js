// A daemon as it should be: its own group, no stdio of ours, a log file.
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');

spawn('sleep', ['2'], { detached: true, stdio: 'ignore' }).unref();
const log = fs.openSync('daemon.log', 'a');
spawn('sleep', ['2'], { detached: true, stdio: ['ignore', log, log] }).unref();
console.log('started');
