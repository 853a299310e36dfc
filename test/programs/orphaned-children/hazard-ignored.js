// The child was sent SIGTERM, but ignores it, and nobody waits to see.
//# reports: orphaned-children warning
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; exec sleep 5'], { stdio: ['ignore', 'pipe', 'ignore'] }); //~ forked
child.stdout.once('data', () => {
  child.kill();
  process.exit(0);
});
