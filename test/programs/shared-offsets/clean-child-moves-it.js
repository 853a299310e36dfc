// Only the child writes: the offset that it leaves behind is none that this process uses.
'use strict';
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');

async function main() {
  const out = fs.openSync('out.txt', 'w');
  await once(spawn('echo', ['body'], { stdio: ['ignore', out, 'inherit'] }), 'close');
  await once(spawn('echo', ['more'], { stdio: ['ignore', out, 'inherit'] }), 'close');
  const child = spawn('echo', ['body'], { stdio: ['ignore', fs.openSync('other.txt', 'w'), 'inherit'] });
  for (const end = Date.now() + 100; Date.now() < end; ); // it has written before anybody looks
  await once(child, 'close');
  console.log(fs.readFileSync('out.txt', 'utf8'), fs.readFileSync('other.txt', 'utf8'));
}
main();
