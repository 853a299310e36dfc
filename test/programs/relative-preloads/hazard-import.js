// --import, handed down by child_process.fork() in process.execArgv.
//# reports: relative-preloads error
//# launch: touch hook.mjs; "$NODE" --import ./hook.mjs "$PROGRAM"
'use strict';
const { fork } = require('node:child_process');

const child = fork(__filename, { cwd: '/', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }); //~ forked
child.on('exit', (code) => console.log('the child ends with', code));
