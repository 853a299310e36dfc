// The child computes while sockets are sent to it.
//# reports: stuck-handles warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const net = require('node:net');
const { fork } = require('node:child_process');

if (process.argv[2] === 'child') {
  process.on('message', (message, socket) => {
    if (socket) return socket.end('hello');
    const end = Date.now() + 2500;
    while (Date.now() < end);
  });
} else {
  const child = fork(__filename, ['child']); //~ forked
  let sent = 0;
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    child.send('socket', socket);
    if (++sent === 3) server.close();
  });
  server.listen(0, '127.0.0.1', () => {
    child.send('compute');
    let answers = 0;
    for (let index = 0; index < 3; index++) {
      net.connect(server.address().port, '127.0.0.1').resume().on('end', () => {
        if (++answers < 3) return;
        console.log(answers);
        child.disconnect();
      });
    }
  });
}
