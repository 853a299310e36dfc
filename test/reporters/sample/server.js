'use strict';
const { createServer } = require('node:http');
const { spawn, spawnSync } = require('node:child_process');
const server = createServer((request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  spawnSync('curl', ['-s', `http://127.0.0.1:${port}/`]);
});
const store = require('classic-level').openStore('./data');

function startCache() {
  spawn('redis-server', ['--port', '0']);
}
module.exports = { store, startCache };
