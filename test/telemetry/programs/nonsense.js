'use strict';
const { spawnSync } = require('node:child_process');
const { channel, tracingChannel } = require('node:diagnostics_channel');

const open = channel('forkguard:resource:open');
for (const message of [undefined, null, 7, 'x', {}, { kind: 'file' }, { kind: 'file', label: 'x', fd: -1 }]) {
  open.publish(message);
}
open.publish({ kind: 'file', label: 'x', fd: 1_000_000 });
channel('forkguard:resource:close').publish({});
let env;
tracingChannel('forkguard:fork').subscribe({
  start(message) {
    message.env = { GOOD: 'yes', BAD: 7, PATH: 'not mine' };
    JSON.stringify(message);
  },
  end({ record, fork }) {
    if (!fork.blocking || record.fork !== fork) throw new Error('unexpected');
    if (JSON.stringify(fork).includes('hunter2')) throw new Error('a secret');
    if (require('node:util').inspect(fork, { depth: 9 }).includes('hunter2')) throw new Error('a secret');
  },
});
env = spawnSync('env', ['--', 'TOKEN=hunter2', 'sh', '-c', 'echo $GOOD $BAD $PATH'], {
  env: { PATH: `/usr/bin:/bin:/own` },
});
if (`${env.stdout}` !== 'yes /usr/bin:/bin:/own\n') throw new Error(`${env.stdout}`);
require('node:fs').writeSync(1, 'done\n');
