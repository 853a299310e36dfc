'use strict';
// A Node child joins the trace of its parent.
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const { ForkguardInstrumentation } = require('../../../dist/src/opentelemetry');
const { inSpan, register } = require('./setup');

new ForkguardInstrumentation({ propagateContext: process.env.CARRY === '1' });

async function main() {
  const { tracer, print } = register({ metrics: false, logs: false });
  if (process.argv[2] === 'child') {
    tracer.startSpan('work').end();
    await print();
    return;
  }
  const file = process.argv[2];
  await inSpan(tracer, 'parent', async () => {
    const out = ['ignore', require('node:fs').openSync(file, 'w'), 'inherit'];
    await once(spawn(process.execPath, ['-r', process.env.REGISTER, __filename, 'child'], { stdio: out }), 'exit');
    const sync = execFileSync('sh', ['-c', 'echo "$TRACEPARENT $OWN"'], { env: { ...process.env, OWN: 'x' } });
    const own = execFileSync('sh', ['-c', 'echo "$TRACEPARENT"'], { env: { TRACEPARENT: 'mine' } });
    tracer.startSpan('told', { attributes: { sync: `${sync}`.trim(), own: `${own}`.trim() } }).end();
  });
  const child = JSON.parse(readFileSync(file, 'utf8'));
  await inSpan(tracer, 'child', async () => {
    tracer.startSpan('report', { attributes: { work: JSON.stringify(child.spans) } }).end();
  });
  tracer.startSpan('env', { attributes: { own: process.env.TRACEPARENT ?? '' } }).end();
  await print();
}
main();
