// The child's output through a pipe: our stdout keeps its O_NONBLOCK.
//# launch: "$NODE" "$PROGRAM" | (sleep 0.5; cat >/dev/null)
'use strict';
const { spawn } = require('node:child_process');

process.stdout.write('');
spawn('echo', ['hello']).stdout.pipe(process.stdout);
