// What the timeout of a *Sync call ends with its child, or that was to live on, is nobody's orphan.
'use strict';
const { execFileSync, execSync, spawnSync } = require('node:child_process');

for (const run of [
  () => execFileSync('sleep', ['5'], { timeout: 200 }),
  () => execSync('exec sleep 5', { timeout: 200 }),
  () => execSync("trap 'kill $!' TERM; sleep 5 & wait", { timeout: 200 }),
  () => execSync('setsid sleep 1.5 & nohup sleep 1.5 & exec sleep 5', { timeout: 200, stdio: 'ignore' }),
]) {
  try {
    run();
  } catch (error) {
    console.log(error.code);
  }
}
console.log(spawnSync('sleep 0.1; exit 3', { shell: true, timeout: 2000 }).status);
setTimeout(() => {}, 700);
