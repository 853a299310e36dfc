// Of servers Node keeps no message until the acknowledgement, as it does of sockets.
//# reports: stuck-handles warning
'use strict';
const { fork } = require('node:child_process');
const { createServer } = require('node:net');

if (process.argv[2] === 'child') {
  process.on('message', () => {
    const end = Date.now() + 3000;
    while (Date.now() < end);
  });
  process.send('up');
} else {
  const child = fork(__filename, ['child']); //~ forked
  child.on('message', () => {
    const server = createServer().listen(0, () => {
      child.send('compute');
      setTimeout(() => child.send('server', server), 200);
      setTimeout(() => {
        child.kill('SIGKILL');
        server.close();
      }, 2500);
    });
  });
  child.on('exit', () => console.log('ended'));
}
