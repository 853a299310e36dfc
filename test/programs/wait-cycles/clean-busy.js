// Children that compute, are stopped and go on, or sleep, while a server listens.
//# env: FORKGUARD_STALL_MS=500
'use strict';
const net = require('node:net');
const { spawnSync, execSync } = require('node:child_process');

const server = net.createServer().listen(0, '127.0.0.1', () => {
  console.log(String(spawnSync(process.execPath, ['-e', 'const end = Date.now() + 2000; while (Date.now() < end); console.log(1)']).stdout));
  console.log(String(execSync('sh -c \'(sleep 1.5; kill -CONT $$) & kill -STOP $$; echo 2\'')));
  console.log(String(execSync('sleep 1.5; echo 3')));
  console.log(String(execSync('(sleep 1; echo 4) | cat | cat')));
  server.close();
});
