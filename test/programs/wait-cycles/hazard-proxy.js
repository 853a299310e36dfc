// The child asks a server in another process, which asks the server of this one.
//# reports: wait-cycles warning
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execFileSync, fork } = require('node:child_process');
const http = require('node:http');

if (process.send) {
  const proxy = http.createServer((request, response) => {
    http.get(process.argv[2], (answer) => answer.pipe(response)).on('error', () => response.end());
  });
  proxy.listen(0, '127.0.0.1', () => process.send(proxy.address().port));
} else {
  const server = http.createServer((request, response) => response.end('ok'));
  server.listen(0, '127.0.0.1', () => {
    const child = fork(__filename, [`http://127.0.0.1:${server.address().port}/`]);
    child.on('message', (port) => {
      try {
        execFileSync('curl', ['-s', `http://127.0.0.1:${port}/`], { timeout: 3000 }); //~ forked
      } catch (error) {
        console.log(error.code);
      }
      child.kill();
      server.close();
    });
  });
}
