// Paused before the fork, resumed after it; a `*Sync` call; a child with an input of its own.
//# launch: (echo one; sleep 0.5; echo two) | "$NODE" "$PROGRAM"
'use strict';
const { spawn, spawnSync } = require('node:child_process');

process.stdin.once('data', () => {
  process.stdin.pause();
  spawnSync('true', { stdio: 'inherit' });
  const child = spawn('true', { stdio: 'inherit' });
  child.on('close', () => {
    spawn('cat', { stdio: ['ignore', 'inherit', 'inherit'] });
    const piped = spawn('cat', { stdio: ['pipe', 'inherit', 'inherit'] });
    process.stdin.resume();
    process.stdin.pipe(piped.stdin);
  });
});
