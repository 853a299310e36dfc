// The parent is busy, so the message waits in the child, which does not wait for it.
//# reports: truncated-output error
'use strict';
const { fork } = require('node:child_process');

if (process.argv[2] === 'child') {
  process.send('y'.repeat(5e6));
  process.exit(0); //~ ended
} else {
  fork(__filename, ['child']).on('close', () => console.log('closed'));
  setTimeout(() => {
    for (const end = Date.now() + 700; Date.now() < end; );
  }, 10);
}
