// The timeout of execSync ends the shell, not what the shell has started.
//# reports: orphaned-children warning
'use strict';
const { execSync } = require('node:child_process');

try {
  execSync('sleep 5; echo done', { timeout: 300, stdio: 'inherit' }); //~ forked
} catch (error) {
  console.log(error.code);
}
setTimeout(() => {}, 700);
