// Process 1 of a container: with it the kernel ends all others.
//# launch: init='unshare -Urpf --mount-proc'; if $init true 2>&-; then $init "$NODE" "$PROGRAM"; fi
//# tools: unshare
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['30'], { stdio: 'ignore' });
setTimeout(() => {
  console.log('process', process.pid);
  process.exit(0);
}, 300);
