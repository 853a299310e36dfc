// The child asks this thread something, does not wait for the answer, and goes on with work of its own.
//# launch: "$NODE" "$PROGRAM"
//# env: FORKGUARD_STALL_MS=500
'use strict';
const http = require('node:http');
const { execFileSync } = require('node:child_process');

const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  const asking = `fetch('http://127.0.0.1:${server.address().port}/').catch(() => {});`;
  const work = `setTimeout(() => { console.log('worked'); process.exit() }, 3500)`;
  console.log(String(execFileSync(process.execPath, ['-e', asking + work])));
  server.close();
});
