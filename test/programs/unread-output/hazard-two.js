// Two children whose output nobody reads, and whose end the program waits for: neither is a reason to read the other later.
//# reports: unread-output warning
'use strict';
const { spawn } = require('node:child_process');

const options = { stdio: ['ignore', 'pipe', 'inherit'] };
const children = [
  spawn('head', ['-c', '2000000', '/dev/zero'], options), //~ forked
  spawn('head', ['-c', '3000000', '/dev/zero'], options),
];
for (const child of children) child.on('exit', (code) => console.log(code));
setTimeout(() => {
  for (const child of children) child.stdout.resume();
}, 2500);
