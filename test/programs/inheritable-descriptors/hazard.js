// A launcher keeps its log pipe on descriptor 100. The program's daemon gets it, and the log's reader never ends.
//# reports: inheritable-descriptors warning
//# launch: { exec 100> >(cat; echo the log has ended); "$NODE" "$PROGRAM"; exec 100>&-; echo the program has ended; sleep 2; }
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['1'], { detached: true, stdio: 'ignore' }).unref(); //~ forked
