// Workers in sessions of their own: they end with their connection to this process, which asks them or which they ask.
//# info: allowed
'use strict';
const { spawn } = require('node:child_process');
const { createServer, connect } = require('node:net');

const [, , role, address] = process.argv;
const end = () => process.exit();
if (role === 'asks') connect(address).on('end', end).resume();
else if (role === 'serves') createServer((socket) => socket.on('end', end).write('up')).listen(address);
else {
  const worker = (...args) => {
    const child = spawn(process.execPath, [__filename, ...args], { detached: true });
    for (const one of [child, child.stdin, child.stdout, child.stderr]) one.unref();
  };
  const [ours, theirs] = ['ours', 'theirs'].map((name) => `${process.cwd()}/${name}-${process.pid}.sock`);
  let up = 0;
  const ready = () => ++up === 2 && process.exit();
  createServer((socket) => socket.resume() && ready()).listen(ours, () => worker('asks', ours));
  worker('serves', theirs);
  const retry = () => connect(theirs).on('data', ready).on('error', () => setTimeout(retry, 50));
  retry();
}
