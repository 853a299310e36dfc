// A downloaded program is run before the file that it was written to has been closed.
//# reports: writable-executables error
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');

const file = fs.openSync('tool', 'w', 0o755); //~ opened
fs.writeSync(file, fs.readFileSync('/bin/true'));
try {
  spawn('./tool').on('error', ({ code }) => console.log(code)); //~ forked
} catch ({ code }) {
  console.log(code); // Node throws it
}
