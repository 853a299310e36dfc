// The output of parallel jobs is shown in their order: the second writes into its pipe, and is read when it is its turn.
//# info: allowed
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');

async function main() {
  const commands = ['sleep 2; echo first', 'head -c 1500000 /dev/zero; echo second'];
  const jobs = commands.map((command) => spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] }));
  for (const job of jobs) {
    let bytes = 0;
    for await (const chunk of job.stdout) bytes += chunk.length;
    console.log(bytes);
  }
}
main();
