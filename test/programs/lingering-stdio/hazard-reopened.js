// The child's output is our stdout, opened once more.
//# reports: lingering-stdio warning
//# launch: "$NODE" "$PROGRAM" | cat
'use strict';
const { spawn } = require('node:child_process');
const { openSync } = require('node:fs');

const output = openSync('/dev/stdout', 'a');
const child = spawn('sleep', ['1'], { detached: true, stdio: ['ignore', output, 'ignore'] }); //~ forked
child.unref();
