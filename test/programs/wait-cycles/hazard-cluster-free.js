// A worker of a cluster asks the server of its cluster. Another worker is free, but the primary has chosen this one.
//# reports: stuck-handles info, wait-cycles warning
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const cluster = require('node:cluster');
const http = require('node:http');
const { execSync } = require('node:child_process');

if (cluster.isPrimary) {
  let ready = 0;
  for (const worker of [1, 2].map(() => cluster.fork())) {
    worker.on('listening', () => ++ready === 2 && worker.send('go'));
    worker.on('message', () => Object.values(cluster.workers).forEach((one) => one.kill()));
  }
} else {
  let gaveUp = false;
  // only now: Node 20's primary waits for ever for a worker that is killed while a connection is handed to it
  const answer = (request, response) => response.end('ok', () => gaveUp && process.send('done'));
  const server = http.createServer(answer).listen(0, '127.0.0.1');
  process.on('message', () => {
    const url = `http://127.0.0.1:${server.address().port}/`;
    try {
      // they are handed out in turn: one of the two comes here
      execSync(`curl -s ${url}; curl -s ${url}`, { timeout: 3000 }); //~ forked
    } catch (error) {
      console.log(error.code);
      gaveUp = true;
    }
  });
}
