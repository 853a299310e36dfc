// This thread waits for a worker thread that has ended.
//# reports: wait-cycles error
//# launch: timeout 4 "$NODE" "$PROGRAM"
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { Worker } = require('node:worker_threads');

const flag = new Int32Array(new SharedArrayBuffer(4));
new Worker('', { eval: true }).on('exit', () => Atomics.wait(flag, 0, 0)); //~ forked
