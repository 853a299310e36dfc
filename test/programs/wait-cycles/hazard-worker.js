// The worker thread waits for a client of its own server.
//# reports: wait-cycles warning
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { Worker, isMainThread } = require('node:worker_threads');

if (isMainThread) {
  new Worker(__filename);
} else {
  const server = require('node:http').createServer((request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1', () => {
    const url = `http://127.0.0.1:${server.address().port}/`;
    try {
      require('node:child_process').execFileSync('curl', ['-s', url], { timeout: 3000 }); //~ forked
    } catch (error) {
      console.log(error.code);
    }
    server.close();
  });
}
