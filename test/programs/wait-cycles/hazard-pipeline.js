// The client is a grandchild, in a pipeline of a shell.
//# reports: wait-cycles warning
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const http = require('node:http');
const { execSync } = require('node:child_process');

const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '::1', () => {
  try {
    execSync(`curl -s 'http://[::1]:${server.address().port}/' | cat`, { timeout: 3000 }); //~ forked
  } catch (error) {
    console.log(error.code);
  }
  server.close();
});
