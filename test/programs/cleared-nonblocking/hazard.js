// After a fork with an inherited stdout, this process's own writes to a slow pipe block the event loop.
//# reports: cleared-nonblocking info
//# launch: "$NODE" "$PROGRAM" | (sleep 1.2; cat >/dev/null)
'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');

process.stdout.write('');
spawnSync('true', { stdio: ['ignore', 'inherit', 'ignore'] }); //~ forked
const begin = Date.now();
process.stdout.write('x'.repeat(1 << 20));
fs.writeSync(2, Date.now() - begin > 200 ? 'the write has blocked\n' : 'the write has returned at once\n');
