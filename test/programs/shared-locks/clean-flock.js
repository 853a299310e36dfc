// A file is locked and unlocked by flock(1), which gets the very description that the lock belongs to.
//# tools: flock
'use strict';
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { openSync } = require('node:fs');

async function flock(how, fd) {
  const [code] = await once(spawn('flock', [how, '3'], { stdio: ['ignore', 'inherit', 'inherit', fd] }), 'exit');
  console.log(how, code);
}

async function main() {
  const fd = openSync('lock', 'w');
  for (const how of ['-n', '-x', '-u']) await flock(how, fd);
}
main();
