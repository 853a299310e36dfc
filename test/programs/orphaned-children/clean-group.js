// The shell is killed and then its whole group, in both orders: the server behind the shell takes its time to close.
'use strict';
const { spawn } = require('node:child_process');

const server = () => {
  process.on('SIGTERM', () => setTimeout(() => process.exit(), 1500));
  setInterval(() => {}, 1000);
  console.log('up');
};
const orders = [
  (child) => {
    child.kill();
    process.kill(-child.pid);
  },
  (child) => {
    process.kill(-child.pid);
    child.kill();
  },
  (child) => {
    child.kill();
    spawn('sh', ['-c', `kill -- -${child.pid}`]);
  },
];
const main = () => {
  for (const end of orders) {
    const command = `"${process.execPath}" "${__filename}" server; true`;
    const child = spawn('sh', ['-c', command], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => end(child));
    child.on('exit', (_, signal) => console.log(signal));
  }
};
(process.argv[2] === 'server' ? server : main)();
