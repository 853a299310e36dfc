// Forked early; starts what it is told to, with none of its parent's later descriptors.
const { spawn } = require('node:child_process');
const fs = require('node:fs');

process.on('message', ([command, ...args]) => {
  const child = spawn(command, args, { stdio: 'ignore' });
  const targets = fs
    .readdirSync(`/proc/${child.pid}/fd`)
    .map((fd) => fs.readlinkSync(`/proc/${child.pid}/fd/${fd}`));
  process.send(targets.filter((target) => target === '/dev/ptmx').length);
  process.once('disconnect', () => child.kill());
});
process.send('ready');
