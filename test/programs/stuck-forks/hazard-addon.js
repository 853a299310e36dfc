// A library that a native addon needs takes a lock between fork and exec.
//# reports: stuck-forks warning
//# tools: gcc
//# env: FORKGUARD_STALL_MS=500
//# launch: D=$(dirname "$PROGRAM"); gcc -shared -fPIC -o libcatfork.so "$D/atfork.c" -lpthread && gcc -shared -fPIC -o addon.node "$D/addon.c" -Wl,--no-as-needed -L. -lcatfork -Wl,-rpath,"$PWD" && "$NODE" "$PROGRAM"
'use strict';
const { spawn } = require('node:child_process');

require(`${process.cwd()}/addon.node`);
// by then the library's thread has its lock
setTimeout(() => {
  spawn('true', { stdio: 'ignore' }).on('exit', (code) => console.log(code)); //~ forked
}, 200);
