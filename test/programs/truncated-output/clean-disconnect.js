// A small message, which the kernel takes at once, and a large one: the channel is closed when that has been written.
'use strict';
const { fork } = require('node:child_process');

if (process.argv[2]) {
  process.send('small');
  process.send('x'.repeat(5e6), () => process.disconnect());
} else {
  fork(__filename, ['result']).on('message', ({ length }) => console.log(length));
  setTimeout(() => {
    for (const end = Date.now() + 300; Date.now() < end; );
  }, 20);
}
