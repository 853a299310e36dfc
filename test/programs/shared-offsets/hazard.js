// A header is written, then the file is given to a child by its number: both move one offset.
//# reports: shared-offsets info
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');

const file = fs.openSync('report.txt', 'w+'); //~ opened
fs.writeSync(file, 'header\n');
const child = spawn('sh', ['-c', 'echo body; sleep 0.3; echo tail'], { stdio: ['ignore', file, 'inherit'] }); //~ forked
child.on('spawn', () => setTimeout(() => fs.writeSync(file, 'footer\n'), 150));
child.on('close', () => console.log(fs.readFileSync('report.txt', 'utf8')));
