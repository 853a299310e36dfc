// What the wrapper starts gets only what it needs.
const { fork, spawn } = require('node:child_process');

if (process.argv[2] === 'wrapper') {
  spawn('sleep', ['4'], { detached: true, stdio: 'ignore' }).unref();
  setTimeout(() => process.exit(), 100);
} else {
  const begin = Date.now();
  const seconds = () => Math.round((Date.now() - begin) / 1000);
  fork(__filename, ['wrapper'])
    .on('exit', () => console.log('the wrapper has ended'))
    .on('close', () => console.log(`close came ${seconds()} s after the fork`));
}
