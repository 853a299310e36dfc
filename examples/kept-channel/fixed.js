// What the wrapper starts gets only what it needs.
const { fork, spawn } = require('node:child_process');
const awaitClose = require('./await-close.js');

if (process.argv[2] === 'wrapper') {
  spawn('sleep', ['6'], { detached: true, stdio: 'ignore' }).unref();
  setTimeout(() => process.exit(), 100);
} else {
  awaitClose(fork(__filename, ['wrapper']));
}
