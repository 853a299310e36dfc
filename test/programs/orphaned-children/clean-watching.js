// Children that no pipe tells of the end of this process, and that end with it: they watch it, or are connected to it.
//# tools: setpriv tail
'use strict';
const { spawn } = require('node:child_process');
const { createServer } = require('node:net');
const { join } = require('node:path');

const stdio = 'ignore';
spawn('tail', ['--pid', String(process.pid), '-s', '0.2', '-f', '/dev/null'], { stdio });
spawn('sh', ['-c', 'while kill -0 $PPID 2>/dev/null; do sleep 0.2; done'], { stdio });
spawn('setpriv', ['--pdeathsig', 'TERM', 'sleep', '30'], { stdio });
const watcher = 'setInterval(() => { try { process.kill(process.env.OWNER_PID, 0); } catch { process.exit(); } }, 200)';
spawn(process.execPath, ['-e', watcher], { stdio, env: { ...process.env, OWNER_PID: process.pid } });

const client = `
  require('node:net').connect(process.argv[1]).on('close', () => process.exit()).write('here');
  setInterval(() => {}, 1000);`;
let here = 0;
const come = () => {
  if (++here === 2) setTimeout(() => process.exit(), 200);
};
for (const address of [0, join(process.cwd(), 'socket')]) {
  const server = createServer((connection) => connection.once('data', come)).listen(address, () => {
    const bound = server.address();
    spawn(process.execPath, ['-e', client, bound.port ?? bound], { stdio });
  });
}
