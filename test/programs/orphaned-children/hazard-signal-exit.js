// The package signal-exit is in use, and its listeners leave this child alone.
//# reports: orphaned-children warning
//# packages: signal-exit
'use strict';
const { spawn } = require('node:child_process');
const signalExit = require('signal-exit');

const onExit = signalExit.onExit ?? signalExit;
onExit(() => console.log('last'));
spawn('sleep', ['30'], { stdio: 'ignore' }); //~ forked
setTimeout(() => process.exit(), 300);
