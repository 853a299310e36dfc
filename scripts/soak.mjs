#!/usr/bin/env node
// A process that forks and connects for a long time: what it keeps must not grow.
//   node -r ./dist/register.js --expose-gc scripts/soak.mjs [OPERATIONS] [FORK-EVERY]
// One operation in FORK-EVERY (50) is a fork: they are a thousand times as dear as connections.
// Prints the heap, the resident memory and the open descriptors after each tenth. Exit code 1 if the last is over the third by a quarter
// and two megabytes.

import { spawn, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import net from 'node:net';

const operations = Number(process.argv[2] ?? 1_000_000);
const every = Number(process.argv[3] ?? 50);
const server = net.createServer((socket) => socket.on('error', () => {}).end());
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const { port } = server.address();

const ended = (emitter, event) => new Promise((done) => emitter.on('error', () => {}).on(event, done));
/** Half of the forks block. */
async function operate(number) {
  if (number % (2 * every) === 0) spawnSync('true');
  else if (number % every === 0) await ended(spawn('true', { stdio: 'ignore' }), 'exit');
  else await ended(net.connect(port, '127.0.0.1').resume(), 'close');
}

const heaps = [];
for (let tenth = 0; tenth < 10; tenth++) {
  for (let i = 0; i < operations / 10; i += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, lane) => operate(i + lane)));
  }
  await new Promise((done) => setTimeout(done, 300));
  global.gc();
  global.gc();
  heaps.push(process.memoryUsage().heapUsed / 2 ** 20);
  console.log(
    `${tenth + 1}/10  heap ${heaps[tenth].toFixed(1)} MB  resident ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MB  descriptors ${readdirSync('/proc/self/fd').length}`,
  );
}
server.close();
process.exitCode = heaps[9] > heaps[2] * 1.25 + 2 ? 1 : 0;
