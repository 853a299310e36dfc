// Children that end with us, are told of our end, were asked to end, or are meant to live on.
'use strict';
const { fork, spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  process.on('disconnect', () => process.exit());
  process.send('ready');
} else {
  spawn('cat'); // ends at the end of its input
  spawn('sh', ['-c', 'cat; true']); // so does what the shell waits for
  spawn('sleep', ['3'], { detached: true, stdio: 'ignore' }).unref();
  spawn('sleep', ['3'], { detached: true, stdio: 'ignore' }); // process.exit() below makes unref() needless
  spawn('sleep', ['3'], { stdio: 'ignore' }).kill();
  const group = spawn('sh', ['-c', 'sleep 3; true'], { detached: true, stdio: 'ignore' });
  setTimeout(() => process.kill(-group.pid), 100);
  const child = fork(__filename, ['child']);
  child.on('message', () => setTimeout(() => process.exit(0), 300));
}
