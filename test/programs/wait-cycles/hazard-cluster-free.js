// A worker of a cluster asks the server of its cluster. Another worker is free, but the primary has chosen this one.
//# reports: wait-cycles warning
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const cluster = require('node:cluster');
const http = require('node:http');
const { execSync } = require('node:child_process');

if (cluster.isPrimary) {
  let ready = 0;
  for (const worker of [cluster.fork(), cluster.fork()]) {
    worker.on('listening', () => ++ready === 2 && worker.send('go'));
    worker.on('message', () => Object.values(cluster.workers).forEach((one) => one.kill()));
  }
} else {
  const server = http.createServer((request, response) => response.end('ok')).listen(0, '127.0.0.1');
  process.on('message', () => {
    const url = `http://127.0.0.1:${server.address().port}/`;
    try {
      // they are handed out in turn: one of the two comes here
      execSync(`curl -s ${url}; curl -s ${url}`, { timeout: 3000 }); //~ forked
    } catch (error) {
      console.log(error.code);
    }
    process.send('done');
  });
}
