// The idiom of flock(1): the shell takes the lock on descriptor 200 and keeps it for as long as the script runs.
//# reports: inheritable-descriptors warning, shared-locks warning
//# tools: flock
//# launch: exec 200>lock; flock -n 200; "$NODE" "$PROGRAM"; exec 200>&-; flock -n lock true && echo free || echo still locked
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['3'], { detached: true, stdio: 'ignore' }).unref(); //~ forked //~ forked inheritable-descriptors
console.log('done');
