// child_process.fork() with handles, advanced serialization, and NODE_OPTIONS of its own.
const { fork } = require('node:child_process');
const net = require('node:net');

if (process.argv[2] === 'child') {
  process.on('message', (message, socket) => {
    if (socket) socket.end('from the child\n');
    else process.send(message);
  });
} else {
  const child = fork(__filename, ['child'], { serialization: 'advanced', env: { ...process.env, EXTRA: '1' } });
  child.send(new Map([[1, new Date(0)]]));
  child.once('message', (message) => {
    console.log(message);
    const server = net.createServer((socket) => child.send('socket', socket)).listen(0, '127.0.0.1', () => {
      net
        .connect(server.address().port, '127.0.0.1')
        .setEncoding('utf8')
        .on('data', (text) => console.log(text.trim()))
        .on('close', () => {
          server.close();
          child.disconnect();
        });
    });
  });
  child.on('exit', (code) => console.log('exit', code));
}
