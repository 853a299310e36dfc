// One worker of a cluster is blocked, and another one answers its child, late.
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const cluster = require('node:cluster');
const http = require('node:http');
const { execFileSync } = require('node:child_process');

cluster.schedulingPolicy = cluster.SCHED_RR;
const handle = ({ url }, response) => {
  const [, port] = /^\/go\/(\d+)$/.exec(url) ?? [];
  if (!port) return setTimeout(() => response.end('late'), 2000);
  return response.end(execFileSync('curl', ['-s', `http://127.0.0.1:${port}/`]));
};
if (cluster.isPrimary) {
  let port;
  const listening = (_, address) => {
    port = address.port;
    if (Object.values(cluster.workers).filter((worker) => worker.ready).length < 2) return;
    http.get({ port, path: `/go/${port}` }, (response) => {
      response.on('data', (data) => console.log(String(data)));
      response.on('end', () => Object.values(cluster.workers).forEach((worker) => worker.kill()));
    });
  };
  for (const worker of [cluster.fork(), cluster.fork()]) {
    worker.on('listening', (address) => {
      worker.ready = true;
      listening(worker, address);
    });
  }
} else {
  http.createServer(handle).listen(0, '127.0.0.1');
}
