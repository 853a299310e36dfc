// It is let go and taken back: this process waits for it.
//# launch: "$NODE" "$PROGRAM" | cat
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sleep', ['0.3'], { detached: true, stdio: 'inherit' });
child.unref();
child.ref();
child.on('exit', () => console.log('ended'));
