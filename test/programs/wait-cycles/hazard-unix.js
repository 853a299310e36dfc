// The server listens on a UNIX socket.
//# reports: wait-cycles warning
//# tools: curl ss
//# env: FORKGUARD_STALL_MS=500
'use strict';
const http = require('node:http');
const { spawnSync } = require('node:child_process');

const server = http.createServer((request, response) => response.end('ok'));
server.listen('app.sock', () => {
  const { signal } = spawnSync('curl', ['-s', '--unix-socket', 'app.sock', 'http://x/'], { timeout: 3000 }); //~ forked
  console.log(signal);
  server.close();
});
