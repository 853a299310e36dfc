'use strict';
// Hazards about another process than the one that was to be made: one that its shell leaves, and this one.
const { execSync, spawnSync } = require('node:child_process');
const { inSpan, register } = require('./setup');

async function main() {
  const { tracer, print } = register();
  await inSpan(tracer, 'request', async () => {
    spawnSync('true', { cwd: '/no/such/folder' });
    try {
      execSync('sleep 5; true', { timeout: 200, stdio: 'ignore' });
    } catch {}
  });
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await print();
}
main();
