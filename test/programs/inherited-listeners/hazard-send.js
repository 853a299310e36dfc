// A server that was sent to a child is closed here; the port is not free, because the child still has it.
//# reports: inherited-listeners error
'use strict';
const { fork } = require('node:child_process');
const net = require('node:net');

if (process.argv[2] === 'child') {
  process.on('message', (_, server) => server && process.send('got it'));
  setTimeout(() => process.exit(), 4000);
} else {
  const child = fork(__filename, ['child']); //~ forked
  const server = net.createServer();
  server.listen(0, '127.0.0.1', () => { //~ opened
    const { port } = server.address();
    child.send('server', server);
    child.on('message', () => {
      server.close(() => {
        const next = net.createServer();
        next.on('error', ({ code }) => {
          console.log('listen again:', code);
          child.kill();
        });
        next.listen(port, '127.0.0.1');
      });
    });
  });
}
