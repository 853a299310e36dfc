// The child is a Node that forkguard watches, too, and `fetch` keeps a timer of its own for each request.
//# reports: wait-cycles warning
//# launch: "$NODE" "$PROGRAM"
//# env: FORKGUARD_STALL_MS=500
//# output: varies
'use strict';
const http = require('node:http');
const { execFileSync } = require('node:child_process');

const server = http.createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  const work = `fetch('http://127.0.0.1:${server.address().port}/').then(() => console.log('done'))`;
  try {
    execFileSync(process.execPath, ['-e', work], { timeout: 5000 }); //~ forked
  } catch (error) {
    console.log(error.code);
  }
  server.close();
});
