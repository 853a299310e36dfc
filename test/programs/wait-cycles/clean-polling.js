// A command with a connection to this process looks at it between other things that it does.
//# env: FORKGUARD_STALL_MS=500
//# tools: python3
'use strict';
const { execFileSync } = require('node:child_process');
const { createServer } = require('node:net');

const writes = 'print(round, flush=True)';
const computes = 'sum(range(300000))';
const server = createServer((connection) => connection.resume()).listen(0, '127.0.0.1', () => {
  for (const work of [writes, computes]) {
    const lines = [
      'import select, socket',
      `connection = socket.create_connection(("127.0.0.1", ${server.address().port}))`,
      'for round in range(5):',
      '    select.select([connection], [], [], 0.6)',
      `    ${work}`,
    ];
    console.log(execFileSync('python3', ['-c', lines.join('\n')]).length);
  }
  server.close();
});
