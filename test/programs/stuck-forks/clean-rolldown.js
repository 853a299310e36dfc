// An addon that registers a fork handler, which was looked at and takes no lock, costs no watcher thread.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { readdirSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const modules = join(dirname(require.resolve('rolldown/package.json')), '..', '@rolldown');
const addons = readdirSync(modules, { recursive: true }).filter((file) => file.endsWith('.node'));
require(join(modules, addons[0]));
assert.match(readFileSync('/proc/self/maps', 'utf8'), /rolldown-binding/);

const watchers = () =>
  readdirSync('/proc/self/task').filter((tid) =>
    readFileSync(`/proc/self/task/${tid}/comm`, 'utf8').startsWith('forkguard'),
  );
spawn('true', { stdio: 'ignore' }).on('exit', (code) => console.log(code));
// a thread has its name some milliseconds after its start
setTimeout(() => assert.deepStrictEqual(watchers(), []), 1000);
