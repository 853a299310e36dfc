// The child is a Node behind a shell, which forkguard watches, too; `fetch` keeps a timer of its own for each request.
//# reports: wait-cycles warning
//# launch: "$NODE" "$PROGRAM"
//# env: FORKGUARD_STALL_MS=500
//# output: varies
'use strict';
const http = require('node:http');
const { execSync } = require('node:child_process');

const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  try {
    execSync(`"$NODE" -e "fetch('${url}').then(() => console.log('done'))"; true`, { timeout: 5000 }); //~ forked
  } catch (error) {
    console.log(error.code);
  }
  server.close();
});
