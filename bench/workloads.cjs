'use strict';
// The programs that bench.mjs measures: `node [preload] workloads.cjs WORKLOAD [SECONDS]`.
// Each prints one '@@BENCH {...}' line per result. CommonJS, so that agents that hook require() see every module load.

const { spawn, spawnSync } = require('node:child_process');
const net = require('node:net');

const MANY = 10_000;
const MEMORY_CONNECTIONS = 5000; // both ends live here: 10,000 sockets
const CHURN_CONCURRENCY = 16;
const BLOCKED = 10; // times the measured time
const WARM_UP = 0.25; // of the measured time

const report = (result) => process.stdout.write(`@@BENCH ${JSON.stringify(result)}\n`);
const cpuUs = (since) => {
  const used = process.cpuUsage(since);
  return used.user + used.system;
};

/** Repeats one asynchronous operation for `seconds` after a warm-up, `lanes` at a time. */
async function repeat(seconds, lanes, operation) {
  const lane = async (until, count) => {
    while (performance.now() < until) {
      await operation();
      count.n++;
    }
  };
  const phase = async (ms) => {
    const count = { n: 0 },
      start = performance.now(),
      cpu = process.cpuUsage();
    await Promise.all(Array.from({ length: lanes }, () => lane(start + ms, count)));
    return { perSec: count.n / ((performance.now() - start) / 1000), cpuUs: cpuUs(cpu) / count.n };
  };
  await phase(seconds * 1000 * WARM_UP);
  return phase(seconds * 1000);
}

function repeatSync(seconds, operation) {
  const phase = (ms) => {
    const start = performance.now(),
      cpu = process.cpuUsage();
    let n = 0;
    while (performance.now() - start < ms) {
      operation();
      n++;
    }
    return { perSec: n / ((performance.now() - start) / 1000), cpuUs: cpuUs(cpu) / n };
  };
  phase(seconds * 1000 * WARM_UP);
  return phase(seconds * 1000);
}

const listen = (server) =>
  new Promise((done) =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => done(server.address().port)),
  );

/** Descriptors as a busy server has them: all close-on-exec, and low numbers are free again. */
function openMany() {
  const fs = require('node:fs');
  const open = Array.from({ length: MANY }, () => fs.openSync('/dev/null'));
  for (const fd of open.slice(10, 30)) fs.closeSync(fd);
}

const workloads = {
  /** A server that answers 'ok'. stdin: 'mark' starts the CPU count, 'stop' reports it. */
  async http() {
    const server = require('node:http').createServer((_request, response) => response.end('ok'));
    const port = await listen(server);
    let mark = process.cpuUsage();
    process.stdin.on('data', (chunk) => {
      if (String(chunk).includes('mark')) {
        mark = process.cpuUsage();
        report({});
      }
      if (String(chunk).includes('stop')) report({ cpuUs: cpuUs(mark) });
    });
    report({ port });
    return new Promise(() => {});
  },

  /** TCP connect, accept and orderly close of both ends, in one process. */
  async churn(seconds) {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
    });
    const port = await listen(server);
    report(
      await repeat(
        seconds,
        CHURN_CONCURRENCY,
        () =>
          new Promise((done) => {
            const socket = net.connect(port, '127.0.0.1', () => socket.end());
            socket
              .on('error', () => {})
              .on('close', done)
              .resume();
          }),
      ),
    );
  },

  async spawn(seconds) {
    report(
      await repeat(
        seconds,
        1,
        () => new Promise((done, fail) => spawn('/bin/true').on('error', fail).on('close', done)),
      ),
    );
  },

  async spawn10k(seconds) {
    openMany();
    return workloads.spawn(seconds);
  },

  async spawnSync10k(seconds) {
    openMany();
    return workloads.spawnSync(seconds);
  },

  async spawn2gb(seconds) {
    global.kept = Array.from({ length: 2 }, () => Buffer.alloc(2 ** 30, 1));
    return workloads.spawn(seconds);
  },

  async spawnSync(seconds) {
    report(repeatSync(seconds, () => spawnSync('/bin/true')));
  },

  async await() {
    const step = async (x) => x;
    const loop = async (n) => {
      for (let i = 0; i < n; i++) await step(i);
    };
    await loop(200_000);
    const start = performance.now(),
      cpu = process.cpuUsage();
    await loop(1_000_000);
    report({ nsPerAwait: performance.now() - start, cpuNs: cpuUs(cpu) / 1000 }); // per 1e6 awaits: ms is ns each
  },

  /** Bytes per open socket, then what stays after all are closed. */
  async memory() {
    const settle = async () => {
      for (let i = 0; i < 4; i++) {
        global.gc();
        await new Promise((done) => setTimeout(done, 25));
      }
      return process.memoryUsage();
    };
    const accepted = new Set();
    const server = net.createServer((socket) => {
      accepted.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => accepted.delete(socket))
        .resume();
    });
    const port = await listen(server);
    const open = (count) =>
      Promise.all(
        Array.from(
          { length: count },
          () =>
            new Promise((done, fail) => {
              const socket = net
                .connect(port, '127.0.0.1', () => done(socket))
                .on('error', fail)
                .resume();
            }),
        ),
      );
    const closeAll = async (sockets) => {
      await Promise.all(sockets.map((socket) => new Promise((done) => socket.on('close', done).destroy())));
      while (accepted.size) await new Promise((done) => setTimeout(done, 10));
    };
    const fill = async (count) => {
      const sockets = [];
      while (sockets.length < count) sockets.push(...(await open(Math.min(250, count - sockets.length))));
      while (accepted.size < count) await new Promise((done) => setTimeout(done, 10));
      return sockets;
    };
    await closeAll(await fill(250));
    const before = await settle();
    let sockets = await fill(MEMORY_CONNECTIONS);
    const full = await settle();
    await closeAll(sockets);
    sockets = undefined;
    const after = await settle();
    const per = (a, b, key) => (a[key] - b[key]) / (2 * MEMORY_CONNECTIONS);
    report({
      heapPerSocket: per(full, before, 'heapUsed'),
      rssPerSocket: per(full, before, 'rss'),
      residualPerSocket: per(after, before, 'heapUsed'),
    });
  },

  /** A server that waits for a slow command: processor time of all its threads meanwhile, and its memory. */
  async blocked(seconds) {
    await listen(net.createServer());
    spawnSync('sleep', ['1']); // what has to be loaded is
    const cpu = process.cpuUsage();
    spawnSync('sleep', [String(seconds * BLOCKED)]);
    report({ cpuPercent: cpuUs(cpu) / (seconds * BLOCKED * 1e4), rssMb: process.memoryUsage().rss / 1e6 });
  },

  async fsopen(seconds) {
    const fs = require('node:fs');
    report(repeatSync(seconds, () => fs.closeSync(fs.openSync('/dev/null', 'r'))));
  },

  async worker(seconds) {
    const { Worker } = require('node:worker_threads');
    report(
      await repeat(
        seconds,
        1,
        () => new Promise((done, fail) => new Worker('', { eval: true }).on('error', fail).on('exit', done)),
      ),
    );
  },
};

workloads[process.argv[2]](Number(process.argv[3])).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
