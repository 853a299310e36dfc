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
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await inSpan(tracer, 'request', async () => {
    try {
      execFileSync(process.execPath, ['-e', CLIENT, String(server.address().port)], { timeout: 4000, env: {} });
    } catch {}
  });
  server.close();
  await print();
}
main();
