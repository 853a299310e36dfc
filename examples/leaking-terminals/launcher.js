// Forked early; starts what it is told to, with none of its parent's later descriptors.
const { spawn } = require('node:child_process');
const fs = require('node:fs');

process.on('message', ([command, ...args]) => {
  const child = spawn(command, args, { stdio: 'ignore' });
  process.send(targets(child.pid).filter((target) => target === '/dev/ptmx').length);
  process.once('disconnect', () => child.kill());
});
process.send('ready');

function targets(pid) {
  return fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // a program that is starting opens and closes descriptors of its own
    }
  });
}
