// A CI step starts a server for the steps after it. The server writes to a log file of its own.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const log = fs.openSync(path.join(os.tmpdir(), 'server.log'), 'a');
const server = spawn('sleep', ['3'], { detached: true, stdio: ['ignore', log, log] });
server.unref();
console.log('server started, the step is done');
