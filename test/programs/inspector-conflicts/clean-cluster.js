// A cluster hands the flag down, too, but says another port behind it; what is said last counts.
//# launch: "$NODE" --inspect=127.0.0.1:39231 "$PROGRAM" 2>/dev/null
'use strict';
const cluster = require('node:cluster');
const { fork } = require('node:child_process');
const inspector = require('node:inspector');

if (process.argv[2] === 'child') process.disconnect();
else if (cluster.isWorker) process.send(new URL(inspector.url()).port, () => process.disconnect());
else {
  cluster.fork().on('message', (port) => console.log(port));
  fork(__filename, ['child'], { execArgv: [...process.execArgv, '--inspect-port=0'] });
  fork(__filename, ['child'], { execArgv: ['--inspect=127.0.0.2:39231'] });
}
