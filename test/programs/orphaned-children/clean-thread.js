// Children of a thread that is terminated: told by the end of their input, asked to end by either thread, or released.
'use strict';
const { fork, spawn } = require('node:child_process');
const { once } = require('node:events');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');

const SERVICE = "process.stdin.on('end', () => setTimeout(() => {}, 300)).resume()";

async function main() {
  const worker = new Worker(__filename);
  const [pid] = await once(worker, 'message');
  process.kill(pid);
  await worker.terminate();
  process.exit();
}

if (process.argv[2] === 'service') {
  process.on('disconnect', () => {});
} else if (isMainThread) {
  main();
} else {
  spawn('cat');
  spawn(process.execPath, ['-e', SERVICE], { stdio: ['pipe', 'ignore', 'ignore'] });
  fork(__filename, ['service']);
  spawn('sleep', ['60']).kill();
  spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).unref();
  const asked = spawn('sleep', ['60']);
  setTimeout(() => parentPort.postMessage(asked.pid), 400);
}
