// Ctrl-C in a terminal reaches parent and child: the parent ends at once, the child finishes its work.
//# launch: setsid -w bash -c 'trap : INT; "$NODE" "$PROGRAM" & sleep 1.5; kill -INT -- -$$; sleep 2; echo end'
//# tools: setsid
//# output: varies
'use strict';
const { spawn } = require('node:child_process');

if (process.argv[2] === 'child') {
  process.on('SIGINT', () => setTimeout(() => process.exit(), 1000));
  setInterval(() => {}, 1000);
} else {
  spawn(process.execPath, [__filename, 'child'], { stdio: 'inherit' });
  process.on('SIGINT', () => process.exit(130));
}
