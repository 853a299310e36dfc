// Hot keys of a development server: the parent reads stdin, and so does the child that inherits it.
//# reports: shared-readers warning
//# launch: (sleep 0.6; for i in 0 1 2 3 4 5 6 7 8 9; do echo line; sleep 0.05; done) | "$NODE" "$PROGRAM"
'use strict';
const { spawn } = require('node:child_process');

let here = 0;
process.stdin.on('data', (data) => {
  here += data.length;
});
const child = spawn('head', ['-c', '15'], { stdio: ['inherit', 'pipe', 'inherit'] }); //~ forked
child.stdout.on('data', () => {});
child.on('close', () => console.log('the child has had three lines'));
process.stdin.on('end', () => console.log(here < 50 ? 'they are missing here' : 'all lines are here'));
