// An addon that cannot register anything costs no watcher thread.
//# tools: gcc
//# env: FORKGUARD_STALL_MS=500
//# launch: gcc -shared -fPIC -o addon.node "$(dirname "$PROGRAM")/addon.c" && "$NODE" "$PROGRAM"
'use strict';
const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { readdirSync } = require('node:fs');

require(`${process.cwd()}/addon.node`);
const threads = () => readdirSync('/proc/self/task').length;
const before = threads();
spawn('true', { stdio: 'ignore' }).on('exit', (code) => console.log(code));
assert.strictEqual(threads(), before);
