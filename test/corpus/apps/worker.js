// Children of worker threads; a worker that is terminated, one that throws.
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { execSync, spawn } = require('node:child_process');

if (isMainThread) {
  const worker = new Worker(__filename);
  worker.on('message', (text) => console.log(text));
  worker.on('exit', (code) => {
    console.log('exit', code);
    const other = new Worker('throw new Error("of the worker")', { eval: true });
    other.on('error', ({ message }) => console.log(message));
  });
} else {
  parentPort.postMessage(execSync('echo sync', { encoding: 'utf8' }).trim());
  spawn('echo', ['async']).stdout.once('data', (text) => {
    parentPort.postMessage(String(text).trim());
    parentPort.close();
  });
}
