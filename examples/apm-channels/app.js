// A program that opens things and forks. `fs.open` is not watched by forkguard: the APM publishes that one.
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const { once } = require('node:events');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { closed, opened } = require('./apm');

async function main() {
  const server = net.createServer((socket) => socket.resume());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = net.connect(server.address().port, '127.0.0.1');
  await once(socket, 'connect');

  const file = path.join(os.tmpdir(), `apm-${process.pid}.log`);
  const handle = await fs.promises.open(file, 'w');
  opened(handle.fd, 'the audit log');
  await handle.write('audit\n');

  const child = spawn('sleep', ['0.1'], { stdio: ['ignore', 'ignore', 'ignore', socket, handle.fd] });
  await once(child, 'exit');
  execFileSync('sh', ['-c', 'echo "child of $APM_PARENT"'], { stdio: 'inherit' });
  spawn('/nowhere/program').on('error', () => {});

  closed(handle.fd, 'the audit log');
  await handle.close();
  fs.rmSync(file);
  socket.destroy();
  server.close();
}
main();
