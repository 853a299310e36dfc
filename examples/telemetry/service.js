// An HTTP service with two mistakes. GET /convert gives a child the connection to the "database" that was opened
// at the start; GET /page waits for a child that asks this very service, so both wait until the timeout.
const { shutdown } = require('./sdk');
const { trace } = require('@opentelemetry/api');
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');

const tracer = trace.getTracer('thumbnails');

const inSpan = (name, body) =>
  tracer.startActiveSpan(name, async (span) => {
    try {
      return await body();
    } finally {
      span.end();
    }
  });

function connect(port) {
  return inSpan('connect to the database', async () => {
    const connection = net.connect(port, '127.0.0.1');
    await once(connection, 'connect');
    return connection;
  });
}

async function convert(connection) {
  const child = spawn('sh', ['-c', 'sleep 0.1; exit 3'], {
    stdio: ['ignore', 'ignore', 'ignore', connection],
  });
  const [code] = await once(child, 'exit');
  return `converted with ${code}\n`;
}

function page(port) {
  try {
    return execFileSync('curl', ['-s', `http://127.0.0.1:${port}/health`], {
      timeout: 3000,
      encoding: 'utf8',
    });
  } catch (error) {
    return `no page: ${error.code}\n`;
  }
}

async function main() {
  const database = net.createServer((socket) => socket.resume());
  await once(database.listen(0, '127.0.0.1'), 'listening');
  const connection = await connect(database.address().port);
  const routes = {
    '/convert': () => convert(connection),
    '/page': () => page(server.address().port),
    '/health': () => 'well\n',
  };
  const server = http.createServer(async ({ method, url }, response) => {
    const route = routes[url];
    if (!route) return response.writeHead(404).end();
    response.end(await inSpan(`${method} ${url}`, route));
  });
  await once(server.listen(Number(process.env.PORT ?? 0), '127.0.0.1'), 'listening');
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
  await once(process, 'SIGTERM');
  connection.destroy();
  database.close();
  server.close();
  server.closeAllConnections();
  await shutdown();
}
main();
