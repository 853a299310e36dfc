// A start-up check asks the server that it has just started, and waits for the answer with the only thread there is.
const http = require('node:http');
const { execSync } = require('node:child_process');

const server = http.createServer((_request, response) => response.end('healthy\n'));

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  try {
    // the limit is there so that this example ends; without it nothing would
    console.log(
      execSync(`curl -s http://localhost:${port}/health`, { timeout: 4000, encoding: 'utf8' }).trim(),
    );
  } catch (error) {
    console.log(`the check failed: ${error.code}`);
  }
  server.close();
});
