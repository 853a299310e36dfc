// Two workers share a port, the primary restarts it after they have gone.
'use strict';
const cluster = require('node:cluster');
const http = require('node:http');

if (cluster.isPrimary) {
  let port;
  let listening = 0;
  cluster.on('listening', (_, address) => {
    port = address.port;
    if (++listening < 2) return;
    http.get({ port, host: '127.0.0.1', agent: false }, (response) => {
      response.resume().on('end', () => {
        console.log(response.statusCode);
        cluster.disconnect(() => {
          const next = http.createServer().listen(port, '127.0.0.1', () => {
            console.log('the port is free again');
            next.close();
          });
        });
      });
    });
  });
  cluster.fork();
  cluster.fork();
} else {
  http.createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
}
