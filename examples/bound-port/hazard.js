// A dev server restarts itself. Its log helper was given the listening socket, and nobody has noticed.
const { spawn } = require('node:child_process');
const http = require('node:http');

const server = http.createServer((_, response) => response.end('hello\n'));

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`serving on port ${port}`);

  // meant as "keep my descriptors": the fourth one is the listening socket
  const stdio = ['ignore', 'ignore', 'ignore', server._handle.fd];
  const helper = spawn('sleep', ['60'], { stdio });

  server.close(() => {
    console.log('closed; starting again on the same port …');
    const next = http.createServer();
    next.on('error', (error) => {
      console.log(`the restart fails: ${error.code}`);
      helper.kill();
    });
    next.listen(port, '127.0.0.1', () => {
      console.log('serving again');
      next.close();
      helper.kill();
    });
  });
});
