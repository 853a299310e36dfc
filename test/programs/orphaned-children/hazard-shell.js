// The option `timeout` ends the shell; the command that the shell has started does not hear of it.
//# reports: orphaned-children warning
'use strict';
const { exec } = require('node:child_process');

exec('sleep 8; echo finished', { timeout: 200 }, (error) => { //~ forked
  console.log(error.signal);
  setTimeout(() => console.log('the callback was long ago'), 1000);
});
