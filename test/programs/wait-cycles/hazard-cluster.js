// The only worker of a cluster asks its own server. Its primary accepts the connection, and has nobody to give it to.
//# reports: stuck-handles info, wait-cycles warning
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const cluster = require('node:cluster');
const http = require('node:http');
const { execFileSync } = require('node:child_process');

if (cluster.isPrimary) {
  cluster.fork();
} else {
  const server = http.createServer((request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1', () => {
    const url = `http://127.0.0.1:${server.address().port}/`;
    try {
      execFileSync('curl', ['-s', url], { timeout: 3000 }); //~ forked
    } catch (error) {
      console.log(error.code);
    }
    cluster.worker.kill();
  });
}
