// Two processes hold parts of a file. A child waits for the second part, whose holder waits for this thread.
//# reports: wait-cycles warning
//# tools: python3
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const { rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const file = join(tmpdir(), 'forkguard-pages.db');
writeFileSync(file, 'x'.repeat(300));
const holding = (start) => `
import fcntl, sys
file = open(sys.argv[1], 'r+')
fcntl.lockf(file, fcntl.LOCK_EX, 10, ${start})
print('locked', flush=True)
sys.stdin.read()`;
const holder = (start) => spawn('python3', ['-c', holding(start), file], { stdio: ['pipe', 'pipe', 'inherit'] });
const first = holder(0);
const second = holder(100);
const locked = (child) => new Promise((resolve) => child.stdout.once('data', resolve));
Promise.all([locked(first), locked(second)]).then(() => {
  spawnSync('python3', ['-c', holding(100), file], { timeout: 3000 }); //~ forked
  first.kill();
  second.kill();
  rmSync(file);
});
