const { spawn } = require('node:child_process');
const { once } = require('node:events');

const SERVER = "require('net').createServer().listen(0, () => console.log('ready'))";

let server;

afterEach(async () => {
  server.kill();
  await once(server, 'exit');
});

test('the server starts', async () => {
  server = spawn(process.execPath, ['-e', SERVER]);
  const [text] = await once(server.stdout, 'data');
  expect(String(text)).toBe('ready\n');
});
