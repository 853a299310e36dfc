// The server runs in a worker thread and answers after two seconds.
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.once('message', (port) => {
    console.log(String(require('node:child_process').execFileSync('curl', ['-s', `http://127.0.0.1:${port}/`])));
    worker.terminate();
  });
} else {
  const server = require('node:http').createServer((request, response) => setTimeout(() => response.end('ok'), 2000));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
}
