// A server on its stdin, and commands of exec that do not read theirs.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { spawn, exec } = require('node:child_process');

const server = spawn('cat');
server.stdout.on('data', (chunk) => console.log(String(chunk)));
setTimeout(() => server.stdin.end('late'), 3000);
exec('sleep 0.9; echo slept', (error, stdout) => console.log(stdout.trim()));
const fed = exec('cat', (error, stdout) => console.log(stdout));
fed.stdin.write('a');
setTimeout(() => fed.stdin.end('b'), 1800);
