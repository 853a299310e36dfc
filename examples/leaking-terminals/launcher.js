// Forked early; starts what it is told to, with none of its parent's later descriptors.
const { spawn } = require('node:child_process');
const { openFiles } = require('../open-files');

process.on('message', ([command, ...args]) => {
  const child = spawn(command, args, { stdio: 'ignore' });
  process.send(openFiles(child.pid).filter((target) => target === '/dev/ptmx').length);
  process.once('disconnect', () => child.kill());
});
process.send('ready');
