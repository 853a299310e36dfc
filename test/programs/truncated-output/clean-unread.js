// The reader has gone while the writer was busy: nobody misses the rest.
//# launch: "$NODE" "$PROGRAM" | (sleep 0.3; head -1)
'use strict';
const { spawn } = require('node:child_process');

const busy = (ms) => {
  for (const end = Date.now() + ms; Date.now() < end; );
};
if (process.argv[2] === 'child') {
  process.stdout.write('x'.repeat(1 << 20));
  busy(700);
  process.exit();
} else {
  const child = spawn(process.execPath, [__filename, 'child']);
  child.stdout.once('data', () => child.stdout.destroy());
  child.on('exit', () => {
    const reader = spawn('head', ['-1'], { stdio: ['pipe', 'ignore', 'ignore'] });
    reader.stdin.write('line\n'.repeat(1 << 16));
    for (let i = 0; i < 1000; i++) console.log(`line ${i} ${'x'.repeat(1000)}`);
    busy(700);
    process.exit();
  });
}
