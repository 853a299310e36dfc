// The child is forked without the flag; a cluster counts the port up by itself; port 0 is any free port.
//# launch: "$NODE" --inspect=127.0.0.1:39228 "$PROGRAM" 2>/dev/null
'use strict';
const { fork } = require('node:child_process');

if (process.argv[2] !== 'child') {
  fork(__filename, ['child'], { execArgv: [] }).on('close', (code) => {
    fork(__filename, ['child'], { execArgv: ['--inspect=0'], silent: true }).on('close', (other) => console.log(code, other));
  });
}
