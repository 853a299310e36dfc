// fork() copies --inspect=PORT: the child cannot open its inspector on the port of this process.
//# reports: inspector-conflicts warning
//# launch: "$NODE" --inspect=127.0.0.1:39227 "$PROGRAM" 2>/dev/null
'use strict';
const { fork } = require('node:child_process');

if (process.argv[2] !== 'child') {
  const child = fork(__filename, ['child'], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] }); //~ forked
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += data;
  });
  child.on('close', () => console.log(/address already in use/.exec(errors)?.[0]));
}
