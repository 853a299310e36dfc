// A CI step starts a server for the steps after it. `inherit` gives it the step's own output pipe.
const { spawn } = require('node:child_process');

const server = spawn('sleep', ['3'], { detached: true, stdio: 'inherit' });
server.unref();
console.log('server started, the step is done');
