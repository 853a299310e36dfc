// A client takes its time: the command waits until it goes on. So does one that writes to another, which has not started.
//# info: allowed
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn } = require('node:child_process');
const { createServer } = require('node:net');

const CLIENT = `
  const socket = require('net').connect(+process.argv[1], '127.0.0.1').pause();
  setTimeout(() => socket.resume(), 2500);
`;
const write = (bytes) => spawn('head', ['-c', bytes, '/dev/zero'], { stdio: ['ignore', 'pipe', 'inherit'] });
const server = createServer((client) => {
  const child = write('20000000');
  child.stdout.pipe(client);
  child.on('exit', (code) => {
    console.log('client', code);
    server.close();
  });
});
server.listen(0, '127.0.0.1', () => {
  spawn(process.execPath, ['-e', CLIENT, String(server.address().port)], { stdio: 'ignore' }).unref();
});
const reader = spawn('sh', ['-c', 'sleep 2; wc -c'], { stdio: ['pipe', 'inherit', 'inherit'] });
write('3000000').stdout.pipe(reader.stdin);
