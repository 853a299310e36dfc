// Commands that end at their timeout, at once or when they have put things in order.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execFileSync, execSync } = require('node:child_process');

for (const run of [
  () => execFileSync('sleep', ['5'], { timeout: 300 }),
  () => execSync('trap "" TERM; exec sleep 5', { timeout: 300, killSignal: 'SIGKILL' }),
  () => execSync("trap 'sleep 0.8; exit 3' TERM; while :; do sleep 0.1; done", { timeout: 300 }),
]) {
  try {
    run();
  } catch (error) {
    console.log(error.code);
  }
}
