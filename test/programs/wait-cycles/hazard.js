// A server in the thread that waits for its client.
//# reports: wait-cycles warning
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const http = require('node:http');
const { execFileSync } = require('node:child_process');

const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => { //~ opened
  const url = `http://127.0.0.1:${server.address().port}/`;
  try {
    execFileSync('curl', ['-s', url], { timeout: 3000 }); //~ forked
  } catch (error) {
    console.log(error.code);
  }
  server.close();
});
