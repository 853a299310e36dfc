// Forked in the callback of the write; and an inherited stderr while only stdout waits.
//# launch: "$NODE" "$PROGRAM" | (sleep 0.6; tr -d '\n' | sed 's/A\{1,\}/A/g'; echo)
'use strict';
const { spawn } = require('node:child_process');

process.stdout.write(`${'A'.repeat(300_000)}\n`, () => {
  spawn('echo', ['CHILD'], { stdio: 'inherit' });
});
spawn('true', { stdio: ['ignore', 'ignore', 'inherit'] });
