// The child reads a named pipe into which this thread is to write.
//# reports: wait-cycles warning
//# tools: mkfifo
//# env: FORKGUARD_STALL_MS=500
'use strict';
const fs = require('node:fs');
const { execFileSync } = require('node:child_process');

execFileSync('mkfifo', ['jobs']);
fs.createWriteStream('jobs', { flags: 'r+' }).on('open', function () {
  try {
    execFileSync('head', ['-n', '1', 'jobs'], { timeout: 3000 }); //~ forked
  } catch (error) {
    console.log(error.code);
  }
  this.write('job\n', () => this.destroy());
});
