// What a child has not read is of no use to anybody once it was asked to end.
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sleep', ['30'], { stdio: ['pipe', 'ignore', 'ignore'] });
child.stdin.on('error', () => {});
child.stdin.write(Buffer.alloc(500_000));
setTimeout(() => {
  child.kill();
  process.exit();
}, 300);
