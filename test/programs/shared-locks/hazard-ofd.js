// A launcher takes an open file description lock, as SQLite's or systemd's locks are, and starts the program.
//# reports: inheritable-descriptors warning, shared-locks warning
//# tools: python3
//# launch: python3 "${PROGRAM%.js}.py"
'use strict';
const { execFileSync } = require('node:child_process');

console.log(execFileSync('echo', ['done'], { encoding: 'utf8' }).trim()); //~ forked //~ forked inheritable-descriptors
