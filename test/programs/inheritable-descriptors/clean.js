// All that Node opens is close-on-exec, and so is what a launcher leaves without a gap.
//# launch: exec 3>three 4<>four; "$NODE" "$PROGRAM"
'use strict';
const { execFileSync, spawn } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const { Worker } = require('node:worker_threads');

const file = fs.openSync('file', 'w');
fs.watch('.').unref();
const server = net.createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1', () => {
  const socket = net.connect(server.address().port, '127.0.0.1', () => {
    const worker = new Worker('setTimeout(() => {}, 200)', { eval: true });
    worker.on('online', () => {
      const names = execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).trim().split('\n');
      spawn('sleep', ['0.2'], { stdio: 'ignore' }).on('close', () => {
        console.log(names.length, 'descriptors in a child, its own directory among them');
        fs.closeSync(file);
        socket.destroy();
        server.close();
      });
    });
  });
});
