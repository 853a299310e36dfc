// A server collects the body of a request and then hands it to the command.
//# info: allowed
'use strict';
const { execFile } = require('node:child_process');
const http = require('node:http');

const server = http.createServer(async (request, response) => {
  const child = execFile('md5sum', (_, output) => response.end(output));
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  child.stdin.end(Buffer.concat(chunks));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const request = http.request({ port, host: '127.0.0.1', method: 'POST', agent: false }, (response) => {
    response.pipe(process.stdout);
    response.on('end', () => server.close());
  });
  request.write('abc');
  setTimeout(() => request.end('def'), 2500);
});
