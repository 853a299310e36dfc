// A file is read here in parts, and given to a child by its number: both move one offset.
//# reports: shared-offsets info
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');

fs.writeFileSync('list.txt', 'one\ntwo\nthree\n');
const file = fs.openSync('list.txt', 'r+'); //~ opened
const part = Buffer.alloc(4);
fs.readSync(file, part, 0, 4, null);
const child = spawn('cat', { stdio: [file, 'inherit', 'inherit'] }); //~ forked
child.on('close', () => console.log('left for this process:', fs.readSync(file, part, 0, 4, null), 'bytes'));
