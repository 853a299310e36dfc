/** The thread that watches calls which block, and what its start must not do to the program's children. */

import { runNode } from '../preload';

const LISTS = `const { stdout } = require('child_process').spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' });
  console.log(stdout);`;

// before Node 24 V8 opens it for a moment when a thread starts: one child in some twenty had it
test('no child gets the file that V8 reads while the thread starts', () => {
  for (let run = 0; run < 80; run++) {
    const { stdout } = runNode(['-e', LISTS]);
    expect(stdout).toContain(' 2 -> ');
    expect(stdout).not.toContain('/maps');
  }
}, 60_000);
