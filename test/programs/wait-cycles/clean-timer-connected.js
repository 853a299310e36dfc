// A command with a connection that nobody accepts waits for its own timer, while ours in it comes round.
//# launch: "$NODE" "$PROGRAM"
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execFileSync } = require('node:child_process');
const { createServer } = require('node:net');

const server = createServer().listen(0, '127.0.0.1', () => {
  const connects = `require('node:net').connect(${server.address().port}, '127.0.0.1').on('error', () => {}).write('hello')`;
  const later = 'setTimeout(() => process.exit(), 7500)';
  console.log(execFileSync(process.execPath, ['-e', `${connects}; ${later}`]).length);
  server.close();
});
