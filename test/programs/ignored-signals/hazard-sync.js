// The timeout of execSync sends a signal that the shell ignores: the call goes on.
//# reports: ignored-signals warning
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execSync } = require('node:child_process');

try {
  execSync('trap "" TERM; sleep 2', { timeout: 300 }); //~ forked
} catch (error) {
  console.log(error.code);
}
