// A worker sends its result and lets go of the channel at once. Then the parent does the same with another worker.
//# reports: truncated-output error
//# launch: "$NODE" "$PROGRAM"
//# output: varies
'use strict';
const { fork } = require('node:child_process');

const busy = () => {
  for (const end = Date.now() + 500; Date.now() < end; );
};
if (process.argv[2] === 'result') {
  process.send('x'.repeat(5e6));
  process.disconnect(); //~ ended
} else if (process.argv[2] === 'order') {
  process.on('message', ({ length }) => process.send(length));
  busy();
} else {
  fork(__filename, ['result']).on('exit', () => {
    const worker = fork(__filename, ['order']); //~ forked
    worker.send('x'.repeat(5e6));
    worker.disconnect(); //~ ended
  });
  setTimeout(busy, 20);
}
