// The check does not block the thread that answers it.
const http = require('node:http');
const { promisify } = require('node:util');
const exec = promisify(require('node:child_process').exec);

const server = http.createServer((_request, response) => response.end('healthy\n'));

server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const { stdout } = await exec(`curl -s http://localhost:${port}/health`, { timeout: 4000 });
  console.log(stdout.trim());
  server.close();
});
