'use strict';
// Each way in which a child can end, under the instrumentation.
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { registerInstrumentations } = require('@opentelemetry/instrumentation');
const { ForkguardInstrumentation } = require('../../../dist/src/opentelemetry');
const { inSpan, register } = require('./setup');

async function main() {
  const { tracer, print } = register();
  registerInstrumentations({ instrumentations: [new ForkguardInstrumentation()] });
  const ended = (child) => once(child, 'exit');
  await inSpan(tracer, 'good', () => ended(spawn('true', ['--password=hunter2', 'x'])));
  await inSpan(tracer, 'bad', () => ended(spawn('sh', ['-c', 'exit 3'])));
  await inSpan(tracer, 'signal', () => ended(spawn('sh', ['-c', 'kill -9 $$'])));
  await inSpan(tracer, 'killed', async () => {
    const child = spawn('sleep', ['30']);
    child.kill();
    await ended(child);
  });
  await inSpan(tracer, 'killed by pid', async () => {
    const child = spawn('sleep', ['30']);
    process.kill(child.pid);
    await ended(child);
  });
  await inSpan(tracer, 'killed as a group', async () => {
    const child = spawn('sleep', ['30'], { detached: true });
    process.kill(-child.pid);
    await ended(child);
  });
  await inSpan(tracer, 'asked whether it is there', async () => {
    const child = spawn('sh', ['-c', 'read line; kill -9 $$']);
    process.kill(child.pid, 0);
    child.kill(0);
    child.kill('SIGCONT');
    child.stdin.end('\n');
    await ended(child);
  });
  await inSpan(tracer, 'absent', async () => {
    await once(spawn('/nowhere/prog'), 'error');
  });
  await inSpan(tracer, 'sync', async () => spawnSync('true'));
  await inSpan(tracer, 'sync bad', async () => {
    try {
      execFileSync('sh', ['-c', 'exit 4'], { stdio: 'ignore' });
    } catch {}
  });
  await inSpan(tracer, 'daemon', async () => {
    const child = spawn('sleep', ['30'], { detached: true, stdio: 'ignore' });
    child.unref();
    process.once('exit', () => process.kill(child.pid));
  });
  await print();
}
main();
