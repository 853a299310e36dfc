// The child's line comes out amid what was written before it.
//# reports: interleaved-output warning
//# launch: "$NODE" "$PROGRAM" | (sleep 2; tr -d '\n' | sed 's/A\{1,\}/A/g'; echo)
'use strict';
const { spawn } = require('node:child_process');

process.stdout.write(`${'A'.repeat(300_000)}\n`);
spawn('echo', ['CHILD'], { stdio: 'inherit' }); //~ forked
