// The file that is open for writing has the name of the program, but the program is found in PATH, and ran.
'use strict';
const { execFileSync } = require('node:child_process');
const { openSync } = require('node:fs');

openSync('ls', 'w', 0o755);
try {
  execFileSync('ls', ['/no/such/directory'], { stdio: 'ignore' });
} catch (error) {
  console.log(error.status);
}
