// A program that starts itself again when it fails: what is made in a listener of `exit` is meant to live on.
'use strict';
const { spawn } = require('node:child_process');

const [file, ...args] = process.argv;
if (args.length > 1) setTimeout(() => {}, 300);
else {
  process.exitCode = 1;
  process.on('exit', () => spawn(file, [...args, 'again'], { stdio: 'ignore' }));
}
