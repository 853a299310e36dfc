// A wrapper passes the signal on and dies of it; what it has started takes its time to end.
'use strict';
const { spawn } = require('node:child_process');

const run = (role) => spawn(process.execPath, [__filename, role], { stdio: ['ignore', 'pipe', 'inherit'] });
const server = () => {
  process.on('SIGTERM', () => setTimeout(() => process.exit(), 1000));
  setInterval(() => {}, 1000);
  console.log('up');
};
const wrapper = () => {
  const child = run('server');
  child.stdout.pipe(process.stdout);
  process.once('SIGTERM', () => {
    child.kill('SIGTERM');
    process.kill(process.pid, 'SIGTERM');
  });
};
const main = () => {
  const child = run('wrapper');
  child.stdout.once('data', () => child.kill());
  child.on('exit', (_, signal) => setTimeout(() => console.log(signal), 800));
};
({ server, wrapper }[process.argv[2]] ?? main)();
