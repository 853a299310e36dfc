// The inspector was opened by a call, not by a flag.
//# reports: inspector-conflicts warning
//# launch: "$NODE" "$PROGRAM" 2>/dev/null
'use strict';
const { spawn } = require('node:child_process');
const inspector = require('node:inspector');

inspector.open(39232, '127.0.0.1');
spawn(process.execPath, ['--inspect=0.0.0.0:39232', '-e', '0'], { stdio: 'ignore' }) //~ forked
  .on('exit', () => inspector.close());
