// Children that were asked to end by other means than `child.kill()`, and take their time; that are busy with what they
// have read, and find the end of their input afterwards; or that are to live on.
//# launch: "$NODE" "$PROGRAM"; sleep 1; echo end
//# tools: mkfifo nohup setsid
'use strict';
const { execFileSync, fork, spawn } = require('node:child_process');
const { open } = require('node:fs');

const stdio = 'ignore';
if (process.argv[2] === 'child') {
  const end = () => setTimeout(() => process.exit(), 800);
  process.on('SIGTERM', end).on('disconnect', end);
  process.stdin.on('end', end).on('data', () => console.log('read'));
  setInterval(() => {}, 1000);
  process.send?.('up');
} else {
  const channel = fork(__filename, ['child'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  channel.on('message', () => channel.disconnect());
  const input = spawn(process.execPath, [__filename, 'child']);
  input.stdin.write('line');
  input.stdout.on('data', () => input.stdin.end());
  const killed = fork(__filename, ['child'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  killed.on('message', () => execFileSync('kill', [killed.pid]));
  spawn('sh', ['-c', 'while read line; do sleep 2; done']).stdin.write('line\n');
  spawn('setsid', ['sleep', '2'], { stdio }).unref();
  spawn('nohup', ['sleep', '2'], { stdio }).unref();
  execFileSync('mkfifo', ['fifo']);
  spawn('cat', ['fifo'], { stdio });
  open('fifo', 'w', () => setTimeout(() => process.exit(), 800));
}
