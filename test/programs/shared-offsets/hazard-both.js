// A report begun here is the stdout and the stderr of a child: one descriptor for both.
//# reports: shared-offsets info
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');

const report = fs.openSync('report.txt', 'w'); //~ opened
fs.writeSync(report, 'begin\n');
const child = spawn('sh', ['-c', 'sleep 0.2; echo body'], { stdio: ['ignore', report, report] }); //~ forked
fs.writeSync(report, 'end\n');
child.on('close', () => console.log(fs.readFileSync('report.txt', 'utf8')));
