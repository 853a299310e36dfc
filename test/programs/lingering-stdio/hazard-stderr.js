// Only stderr is inherited, nobody calls unref(), and process.exit() ends the program.
//# reports: lingering-stdio warning, orphaned-children warning
'use strict';
const { spawn } = require('node:child_process');

spawn('sleep', ['1'], { detached: true, stdio: ['ignore', 'ignore', 2] }); //~ forked
process.stdout.write('started\n', () => process.exit());
