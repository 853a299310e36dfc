// Commands whose input comes late: from another command or its end, a worker thread, a file, an answer of another process.
//# info: allowed
//# env: FORKGUARD_STALL_MS=500
'use strict';
const { execFile, exec, execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const { readFile } = require('node:fs/promises');
const { get } = require('node:http');
const { promisify } = require('node:util');
const { Worker } = require('node:worker_threads');

async function fromCommand() {
  const running = promisify(exec)('sleep 1.4; echo input');
  running.child.stdin.end();
  return (await running).stdout;
}

async function fromExit() {
  const [code] = await once(spawn('sh', ['-c', 'sleep 1.4; exit 3'], { stdio: 'ignore' }), 'exit');
  return String(code);
}

async function fromThread() {
  const source = `setTimeout(() => require('node:worker_threads').parentPort.postMessage('input'), 1400)`;
  const [input] = await once(new Worker(source, { eval: true }), 'message');
  return input;
}

async function fromFile() {
  execFileSync('mkfifo', ['fifo']);
  spawn('sh', ['-c', 'sleep 1.4; echo input >fifo'], { stdio: 'ignore' });
  return readFile('fifo');
}

async function fromServer() {
  const source = `
    const server = require('node:http').createServer((_, answer) => setTimeout(() => answer.end('input'), 1400));
    server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  const server = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(server.stdout, 'data');
  const [response] = await once(get({ host: '127.0.0.1', port: Number(port) }), 'response');
  const [input] = await once(response, 'data');
  server.kill();
  return input;
}

async function main() {
  const sources = [fromCommand, fromExit, fromThread, fromServer, fromFile];
  for (const source of sources) {
    const sorting = promisify(execFile)('sort');
    sorting.child.stdin.end(await source());
    console.log(source.name, (await sorting).stdout);
  }
}
main();
