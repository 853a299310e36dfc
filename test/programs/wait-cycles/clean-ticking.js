// The children look at something again and again: on the main thread, and in a worker thread beside an idle one.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawnSync } = require('node:child_process');

const scripts = [
  'let ticks = 0; setInterval(() => ++ticks === 30 && process.exit(), 100);',
  `const { Worker } = require('node:worker_threads');
   const work = 'let rounds = 0; const next = () => ++rounds < 3 && setTimeout(next, 1100); next();';
   new Worker(work, { eval: true }).on('exit', () => process.exit());
   setInterval(() => {}, 100);`,
];
for (const script of scripts) console.log(spawnSync(process.execPath, ['-e', script]).status);
