// The child asks a server in another process, which asks the server of this one, and answers without it.
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execFileSync, fork } = require('node:child_process');
const http = require('node:http');

if (process.send) {
  const proxy = http.createServer((request, response) => {
    http.get(process.argv[2]).on('error', () => {});
    setTimeout(() => response.end('too late'), 2000);
  });
  proxy.listen(0, '127.0.0.1', () => process.send(proxy.address().port));
} else {
  const server = http.createServer((request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1', () => {
    const child = fork(__filename, [`http://127.0.0.1:${server.address().port}/`]);
    child.on('message', (port) => {
      console.log(String(execFileSync('curl', ['-s', `http://127.0.0.1:${port}/`])));
      child.kill();
      server.close();
    });
  });
}
