const { spawn } = require('node:child_process');
const { once } = require('node:events');

const SERVER = "require('net').createServer().listen(0, () => console.log('ready'))";

test('the server starts', async () => {
  const server = spawn(process.execPath, ['-e', SERVER]);
  const [text] = await once(server.stdout, 'data');
  expect(String(text)).toBe('ready\n');
});
