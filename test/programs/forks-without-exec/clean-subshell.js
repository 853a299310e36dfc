// A shell has forked a loop of its own before it became Node: that is no fork of Node's.
//# launch: for n in 1 2 3 4 5; do sleep 0.1; done & exec "$NODE" "$PROGRAM"
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['0.3'], { stdio: 'ignore' });
