// A daemon started with `inherit` keeps the pipe: `tee` waits for it although the program has exited.
//# reports: lingering-stdio warning
//# launch: { "$NODE" "$PROGRAM"; echo "the program has exited" >&2; } | { cat; echo "the reader sees the end" >&2; }
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['1.5'], { detached: true, stdio: 'inherit' }).unref(); //~ forked
console.log('server started');
