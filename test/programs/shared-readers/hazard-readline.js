// readline asks, and an editor that inherits the input is started before the question is answered.
//# reports: shared-readers warning
//# launch: (sleep 2; echo answer) | "$NODE" "$PROGRAM"
//# output: varies
'use strict';
const { spawn } = require('node:child_process');
const readline = require('node:readline');

const prompt = readline.createInterface({ input: process.stdin });
prompt.on('line', (line) => console.log('here:', line));
const child = spawn('head', ['-c', '1'], { stdio: ['inherit', 'ignore', 'inherit'] }); //~ forked
child.on('exit', () => console.log('editor ended'));
