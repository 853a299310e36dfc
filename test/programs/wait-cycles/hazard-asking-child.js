// A named pipe has its writer, a Node child that first asks this process something.
//# reports: wait-cycles warning
//# launch: "$NODE" "$PROGRAM"
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execFileSync, fork } = require('node:child_process');
const { openSync, writeSync } = require('node:fs');

if (process.send) {
  process.once('message', () => {
    const fd = openSync('pipe', 'w');
    process.once('message', (text) => {
      writeSync(fd, text);
      process.disconnect();
    });
    process.send('what shall I write?');
  });
  process.send('ready');
} else {
  execFileSync('mkfifo', ['pipe']);
  const child = fork(__filename);
  child.once('message', () => {
    child.on('message', () => child.send('this'));
    child.send('go');
    try {
      execFileSync('cat', ['pipe'], { timeout: 4000 }); //~ forked
    } catch (error) {
      console.log(error.code);
      child.removeAllListeners('message').kill();
    }
  });
}
