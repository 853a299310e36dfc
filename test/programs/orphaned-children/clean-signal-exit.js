// The package signal-exit, as execa uses it, ends children after the listeners of exit have run.
//# packages: signal-exit
'use strict';
const { spawn } = require('node:child_process');
const signalExit = require('signal-exit');

const onExit = signalExit.onExit ?? signalExit;
const child = spawn('sleep', ['30'], { stdio: 'ignore' });
onExit(() => child.kill());
setTimeout(() => process.exit(3), 300);
