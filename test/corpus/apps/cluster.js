// A cluster behind HTTP that shuts down gracefully.
const cluster = require('node:cluster');
const http = require('node:http');

if (cluster.isPrimary) {
  let up = 0;
  cluster.on('listening', async (_, { port }) => {
    if (++up < 2) return;
    const answers = await Promise.all(Array.from({ length: 20 }, () => get(port)));
    console.log(new Set(answers));
    for (const worker of Object.values(cluster.workers)) worker.send('stop');
  });
  cluster.on('exit', (_, code, signal) => {
    console.log('worker ended', code, signal);
    if (--up === 0) console.log('all down');
  });
  cluster.fork();
  cluster.fork();
} else {
  const server = http.createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
  process.on('message', () => {
    server.close(() => process.disconnect());
    server.closeIdleConnections();
  });
}

function get(port) {
  return new Promise((resolve) => {
    http.get({ port, host: '127.0.0.1', agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
  });
}
