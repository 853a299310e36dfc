// It emits `exit` by itself, so that its listeners write down what they know, and goes on. The child ends before it.
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sleep', ['0.3'], { stdio: 'ignore' });
setTimeout(() => process.emit('exit', 0), 100);
child.on('exit', () => console.log('ended first'));
