#!/usr/bin/env node
// What does preloading forkguard cost a program?   Needs bash, and wrk for http (Debian: apt-get install wrk).
// 1. forkguard, 'bare' and an A/A 'control' are measured; more: --spec NAME=PATH (-r PATH; an .mjs path with --import).
// 2. Name the runtimes: --node LABEL=BINARY, repeatable (default: the Node that runs this script).
// 3. Narrow it if you like: --only startup,spawn,spawn-10k,…  --runs 7 --startup-runs 25 --seconds 2
// 4. npm run bench -- --only startup,spawn --spec wtf=bench/peers/wtfnode.cjs --node 24=path/to/node --out result
// 5. It prints tables and writes result.json and result.md; every figure is a median, every ratio the median of same-round ratios to 'bare'. Loopback only.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { delimiter, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const WORKLOADS_FILE = join(dirname(fileURLToPath(import.meta.url)), 'workloads.cjs');
const RESULT_TAG = '@@BENCH ';
const RUN_LIMIT_MS = 90_000;
const HTTP_CONNECTIONS = 32;
const children = new Set(); // what is running now, so that an interrupted bench leaves nothing behind

function track(child) {
  children.add(child.on('close', () => children.delete(child)));
  return child;
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of children) child.kill('SIGKILL');
    process.exit(1);
  });
}

/** Each workload: how one run is made, and its metrics in column order with what is better. 'extra' ones also show the difference to bare. */
const WORKLOADS = {
  startup: { run: runStartup, metrics: { wallMs: 'lower', cpuMs: 'lower' }, extra: true },
  'http-close': {
    run: (ctx) => runHttp(ctx, false),
    metrics: { rps: 'higher', p99Ms: 'lower', cpuUs: 'lower' },
  },
  'http-keepalive': {
    run: (ctx) => runHttp(ctx, true),
    metrics: { rps: 'higher', p99Ms: 'lower', cpuUs: 'lower' },
  },
  churn: { run: (ctx) => runWorker(ctx, 'churn'), metrics: { perSec: 'higher', cpuUs: 'lower' } },
  spawn: { run: (ctx) => runWorker(ctx, 'spawn'), metrics: { perSec: 'higher', cpuUs: 'lower' } },
  spawnSync: { run: (ctx) => runWorker(ctx, 'spawnSync'), metrics: { perSec: 'higher', cpuUs: 'lower' } },
  'spawn-10k': { run: (ctx) => runWorker(ctx, 'spawn10k'), metrics: { perSec: 'higher', cpuUs: 'lower' } },
  'spawnSync-10k': {
    run: (ctx) => runWorker(ctx, 'spawnSync10k'),
    metrics: { perSec: 'higher', cpuUs: 'lower' },
  },
  'spawn-2gb': { run: (ctx) => runWorker(ctx, 'spawn2gb'), metrics: { perSec: 'higher', cpuUs: 'lower' } },
  await: { run: (ctx) => runWorker(ctx, 'await'), metrics: { nsPerAwait: 'lower', cpuNs: 'lower' } },
  memory: {
    run: (ctx) => runWorker(ctx, 'memory', ['--expose-gc']),
    metrics: { heapPerSocket: 'lower', rssPerSocket: 'lower', residualPerSocket: 'lower' },
    extra: true,
  },
  blocked: {
    run: (ctx) => runWorker(ctx, 'blocked'),
    metrics: { cpuPercent: 'lower', rssMb: 'lower' },
    extra: true,
  },
  fsopen: { run: (ctx) => runWorker(ctx, 'fsopen'), metrics: { perSec: 'higher', cpuUs: 'lower' } },
  worker: { run: (ctx) => runWorker(ctx, 'worker'), metrics: { perSec: 'higher', cpuUs: 'lower' } },
};
const DEFAULT_WORKLOADS = Object.keys(WORKLOADS).slice(0, 12);
const FORKGUARD = join(dirname(fileURLToPath(import.meta.url)), '../dist/register.js');

// ---------------------------------------------------------------- one run

function preloadFlags({ path }) {
  if (!path) return [];
  const file = existsSync(path) ? resolve(path) : path; // a bare package name stays as it is
  if (extname(file) === '.mjs') return ['--import', existsSync(file) ? pathToFileURL(file).href : file];
  return ['-r', file];
}

/** Wall and CPU time of `node [preload] -e 0`; bash gives both without adding Node's own spawn cost. */
async function runStartup({ node, spec }) {
  const script =
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's
    's=${EPOCHREALTIME/./}; "$@" >/dev/null 2>&1; code=$?; e=${EPOCHREALTIME/./}; echo $((e-s)) $code; times';
  const out = await capture('bash', ['-c', script, 'bash', node.binary, ...preloadFlags(spec), '-e', '0']);
  const [first, , children] = out.trim().split('\n');
  const [wallUs, code] = first.split(' ').map(Number);
  if (code !== 0) throw new Error(`exit code ${code}`);
  const cpuMs = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + m * 60_000 + s * 1000,
    0,
  );
  return { wallMs: wallUs / 1000, cpuMs };
}

async function runWorker({ node, spec, seconds }, workload, flags = []) {
  const worker = startWorker(node, spec, workload, [String(seconds)], flags);
  try {
    return await worker.result();
  } finally {
    await worker.end();
  }
}

async function runHttp({ node, spec, seconds }, keepAlive) {
  const worker = startWorker(node, spec, 'http', []);
  try {
    const { port } = await worker.result();
    const url = `http://127.0.0.1:${port}/`;
    await wrk(url, 1, keepAlive); // warm-up
    worker.send('mark');
    await worker.result();
    const load = await wrk(url, seconds, keepAlive);
    worker.send('stop');
    const { cpuUs } = await worker.result();
    return { rps: load.rps, p99Ms: load.p99Ms, cpuUs: cpuUs / load.requests };
  } finally {
    await worker.end();
  }
}

async function wrk(url, seconds, keepAlive) {
  const header = keepAlive ? [] : ['-H', 'Connection: close'];
  const out = await capture('wrk', [
    '-t1',
    `-c${HTTP_CONNECTIONS}`,
    `-d${seconds}s`,
    '--latency',
    ...header,
    url,
  ]);
  const errors = out.match(/Socket errors: (.*)/)?.[1];
  if (errors && !/^connect 0, read 0, write 0, timeout 0/.test(errors)) throw new Error(`wrk: ${errors}`);
  const [, p99, unit] = out.match(/99%\s+([\d.]+)(us|ms|s)/);
  return {
    requests: Number(out.match(/(\d+) requests in/)[1]),
    rps: Number(out.match(/Requests\/sec:\s+([\d.]+)/)[1]),
    p99Ms: p99 * { us: 0.001, ms: 1, s: 1000 }[unit],
  };
}

/** A measured process. It reports with tagged lines on stdout; http also takes commands on stdin. */
function startWorker(node, spec, workload, args, flags = []) {
  const child = track(
    spawn(node.binary, [...flags, ...preloadFlags(spec), WORKLOADS_FILE, workload, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  const results = [];
  const waiters = [];
  let buffered = '',
    stderr = '',
    failure;
  const settle = () => {
    while (waiters.length && (results.length || failure)) {
      const { resolve, reject } = waiters.shift();
      if (results.length) resolve(results.shift());
      else reject(failure);
    }
  };
  const fail = (message) => {
    failure ??= new Error(message);
    settle();
  };
  const timer = setTimeout(() => {
    fail('timed out');
    child.kill('SIGKILL');
  }, RUN_LIMIT_MS);
  child.stdout.on('data', (chunk) => {
    const lines = (buffered + chunk).split('\n');
    buffered = lines.pop();
    for (const line of lines)
      if (line.startsWith(RESULT_TAG)) results.push(JSON.parse(line.slice(RESULT_TAG.length)));
    settle();
  });
  child.stderr.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-2000);
  });
  child.stdin.on('error', () => {});
  child.on('error', (error) => fail(error.message));
  const closed = new Promise((done) =>
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      fail(
        `ended (${signal ?? code}) without a result: ${stderr.match(/.*Error.*/)?.[0] ?? stderr.trim().slice(-200)}`,
      );
      done();
    }),
  );
  return {
    result: () =>
      new Promise((resolve, reject) => {
        waiters.push({ resolve, reject });
        settle();
      }),
    send: (command) => child.stdin.write(`${command}\n`),
    end: () => {
      child.kill('SIGKILL');
      return closed;
    },
  };
}

function capture(command, args) {
  return new Promise((resolve, reject) => {
    const child = track(spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_LIMIT_MS }));
    let out = '',
      err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${command}: ${code} ${err.trim()}`)),
    );
  });
}

// ---------------------------------------------------------------- all runs, interleaved

async function measure(node, workload, specs, { runs, seconds }) {
  const samples = new Map(specs.map((spec) => [spec.name, []]));
  const errors = new Map();
  for (let round = 0; round < runs; round++) {
    for (let i = 0; i < specs.length; i++) {
      const spec = specs[(i + round) % specs.length]; // rotate, so that no spec always follows the same one
      if (errors.has(spec.name)) continue;
      try {
        samples.get(spec.name)[round] = await WORKLOADS[workload].run({ node, spec, seconds });
      } catch (error) {
        errors.set(spec.name, error.message);
      }
    }
    process.stderr.write(
      `${node.label} ${workload} round ${round + 1}/${runs} load ${loadavg()[0].toFixed(1)}\n`,
    );
  }
  return specs.map(({ name }) => {
    if (errors.has(name)) return { node: node.label, workload, spec: name, error: errors.get(name) };
    const metrics = {};
    for (const metric of Object.keys(WORKLOADS[workload].metrics)) {
      const values = samples.get(name).map((sample) => sample[metric]);
      const against = (compare) =>
        quartiles(values.map((value, round) => compare(value, samples.get('bare')[round]?.[metric])));
      metrics[metric] = {
        ...quartiles(values),
        ratio: against((x, bare) => x / bare),
        extra: against((x, bare) => x - bare),
        values,
      };
    }
    return { node: node.label, workload, spec: name, metrics };
  });
}

function quartiles(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const at = (q) => {
    const position = (sorted.length - 1) * q,
      low = Math.floor(position);
    return sorted[low] + (position - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
  };
  return { median: at(0.5), p25: at(0.25), p75: at(0.75) };
}

// ---------------------------------------------------------------- report

const format = (x) =>
  !Number.isFinite(x) ? '-' : Math.abs(x) >= 100 ? Math.round(x).toString() : x.toPrecision(3);
const ratioText = ({ median, p25, p75 }) => `${median.toFixed(3)} [${p25.toFixed(3)}..${p75.toFixed(3)}]`;

function table(header, rows) {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(header), line(widths.map((w) => '-'.repeat(w))), ...rows.map(line)].join('\n');
}

function workloadTable(workload, rows) {
  const { metrics, extra } = WORKLOADS[workload];
  const header = ['preload'],
    cells = [];
  for (const [metric, better] of Object.entries(metrics)) {
    header.push(`${metric} (${better} is better)`, 'x bare [p25..p75]');
    cells.push(
      ({ metrics: m }) => format(m[metric].median),
      ({ metrics: m }) => ratioText(m[metric].ratio),
    );
    if (extra) {
      header.push('+ bare');
      cells.push(({ metrics: m }) => format(m[metric].extra.median));
    }
  }
  return table(
    header,
    rows.map((row) => [
      row.spec,
      ...cells.map((cell, i) => (row.metrics ? cell(row) : i ? '' : `failed: ${row.error.slice(0, 80)}`)),
    ]),
  );
}

function summaryTable(workloads, specs, rows) {
  const columns = workloads.flatMap((workload) =>
    Object.keys(WORKLOADS[workload].metrics).map((metric) => [workload, metric]),
  );
  return table(
    ['x bare', ...columns.map(([workload, metric]) => `${workload} ${metric}`)],
    specs.map(({ name }) => [
      name,
      ...columns.map(([workload, metric]) => {
        const row = rows.find((r) => r.workload === workload && r.spec === name);
        return row?.metrics ? row.metrics[metric].ratio.median.toFixed(2) : 'failed';
      }),
    ]),
  );
}

// ---------------------------------------------------------------- main

function pair(text) {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`expected NAME=VALUE, got ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

async function main() {
  const { values: options } = parseArgs({
    options: {
      spec: { type: 'string', multiple: true, default: [] },
      node: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', default: DEFAULT_WORKLOADS.join(',') },
      runs: { type: 'string', default: '7' },
      'startup-runs': { type: 'string', default: '25' },
      seconds: { type: 'string', default: '2' },
      out: { type: 'string', default: 'bench-result' },
    },
  });
  const specs = [
    { name: 'bare' },
    { name: 'control' },
    ...[`forkguard=${FORKGUARD}`, ...options.spec].map(pair).map(([name, path]) => ({ name, path })),
  ];
  const nodes = (options.node.length ? options.node : [`${process.versions.node}=${process.execPath}`])
    .map(pair)
    .map(([label, binary]) => ({
      label,
      binary,
      version: execFileSync(binary, ['-p', 'process.version'], { encoding: 'utf8' }).trim(),
    }));
  const workloads = options.only.split(',');
  for (const workload of workloads) if (!WORKLOADS[workload]) throw new Error(`no workload ${workload}`);
  if (
    workloads.some((workload) => workload.startsWith('http')) &&
    !process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, 'wrk')))
  )
    throw new Error('http needs wrk in PATH');

  const meta = {
    date: new Date().toISOString(),
    cpu: `${cpus().length} x ${cpus()[0].model}`,
    kernel: release(),
    nodes,
    specs,
    runs: Number(options.runs),
    startupRuns: Number(options['startup-runs']),
    seconds: Number(options.seconds),
    loadBefore: loadavg(),
  };
  const all = [];
  let markdown = `# bench ${meta.date}\n\n${meta.cpu}, Linux ${meta.kernel}\n`;
  for (const node of nodes) {
    const rows = [];
    markdown += `\n## Node ${node.version}\n`;
    for (const workload of workloads) {
      const result = await measure(node, workload, specs, {
        runs: workload === 'startup' ? meta.startupRuns : meta.runs,
        seconds: meta.seconds,
      });
      rows.push(...result);
      markdown += `\n### ${workload}\n\n${workloadTable(workload, result)}\n`;
      writeFileSync(`${options.out}.json`, JSON.stringify({ meta, rows: [...all, ...rows] }, null, 1));
    }
    markdown += `\n### summary, Node ${node.version}\n\n${summaryTable(workloads, specs, rows)}\n`;
    all.push(...rows);
  }
  meta.loadAfter = loadavg();
  writeFileSync(`${options.out}.json`, JSON.stringify({ meta, rows: all }, null, 1));
  writeFileSync(`${options.out}.md`, markdown);
  process.stdout.write(`${markdown}\n`);
}

await main();
