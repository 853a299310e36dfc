// The client is behind a shell and a Node that runs it and has timers of its own, as npm does.
//# reports: wait-cycles warning
//# tools: curl
//# env: FORKGUARD_STALL_MS=500
'use strict';
const http = require('node:http');
const { execSync } = require('node:child_process');

const wrapper = `
  const { spawn } = require('child_process');
  spawn('sh', ['-c', process.env.COMMAND + '; true'], { stdio: 'inherit' });
  setTimeout(() => {}, 5000);`;
const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  const env = {
    ...process.env,
    WRAPPER: wrapper,
    COMMAND: `curl -s --max-time 9 http://127.0.0.1:${server.address().port}/`,
  };
  try {
    execSync('"$NODE" -e "$WRAPPER"; true', { env, timeout: 4000 }); //~ forked
  } catch (error) {
    console.log(error.code);
  }
  server.close();
});
