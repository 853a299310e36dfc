// A worker that was told to stop lets go of its channel, and closes down. Its parent does not wait for that.
//# launch: "$NODE" "$PROGRAM"; sleep 2; echo end
'use strict';
const { fork } = require('node:child_process');

if (process.argv[2]) {
  process.on('message', () => {
    process.disconnect();
    setTimeout(() => {}, 1000);
  });
  process.send('up');
} else {
  const worker = fork(__filename, ['worker']);
  worker.on('message', () => worker.send('stop', () => process.exit()));
}
