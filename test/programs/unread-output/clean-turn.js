// The output is read when another child has ended, or has sent its message.
//# info: allowed
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { fork, spawn } = require('node:child_process');
const { once } = require('node:events');

async function show(turn) {
  const child = spawn('head', ['-c', '1500000', '/dev/zero'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await turn();
  let bytes = 0;
  for await (const chunk of child.stdout) bytes += chunk.length;
  console.log(bytes);
}

async function main() {
  await show(() => once(spawn('sleep', ['1.5'], { stdio: 'inherit' }), 'exit'));
  await show(() => once(fork(__filename, ['child']), 'message'));
}

if (process.argv[2] === 'child') {
  setTimeout(() => {
    process.send('go');
    process.disconnect();
  }, 1500);
} else main();
