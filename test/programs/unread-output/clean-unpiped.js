// A player's pause: the stream is taken from its target, and given back some seconds later.
'use strict';
const { spawn } = require('node:child_process');
const { PassThrough } = require('node:stream');

const child = spawn('seq', ['400000'], { stdio: ['ignore', 'pipe', 'inherit'] });
const speaker = new PassThrough();
let bytes = 0;
speaker.on('data', (chunk) => (bytes += chunk.length));
child.stdout.pipe(speaker);
child.stdout.once('data', () => {
  child.stdout.unpipe(speaker);
  setTimeout(() => child.stdout.pipe(speaker), 4000);
});
child.on('close', (code) => console.log(code, bytes));
