// A wrapper hands all its descriptors to what it starts, the IPC channel among them, and ends.
const { fork, spawn } = require('node:child_process');
const awaitClose = require('./await-close.js');

if (process.argv[2] === 'wrapper') {
  const stdio = ['ignore', 'ignore', 'ignore', process.channel.fd];
  spawn('sleep', ['6'], { detached: true, stdio }).unref();
  setTimeout(() => process.exit(), 100);
} else {
  awaitClose(fork(__filename, ['wrapper']));
}
