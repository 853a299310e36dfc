'use strict';
// The thread waits for a child that waits for the thread: found while it is blocked, told when it is back.
const { execFileSync } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const { inSpan, register } = require('./setup');

const CLIENT = `require('http').get('http://127.0.0.1:' + process.argv[1]).on('error', () => {})`;

async function main() {
  const { tracer, print } = register();
  const server = http.createServer((_, response) => response.end());
  await inSpan(tracer, 'boot', () => once(server.listen(0, '127.0.0.1'), 'listening'));
  const ask = async () => {
    try {
      execFileSync(process.execPath, ['-e', CLIENT, String(server.address().port)], { timeout: 3000, env: {} });
    } catch {}
  };
  await inSpan(tracer, 'request', ask);
  await inSpan(tracer, 'another request', ask);
  server.close();
  await print();
}
main();
