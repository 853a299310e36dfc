#!/usr/bin/env node
// Runs Node's own tests twice, with a preload that does nothing and with forkguard, and lists the differences.
//   node scripts/compat/run.mjs [family …] [--node BINARY] [--suite FOLDER] [--jobs 2] [--match TEXT] [--out FILE]
//                               [--quick]
// A family is the first word of a test's name: child-process, cluster, net, … Default: all of the issue's list.
// A test that fails with forkguard only is run twice more each way; it counts if it fails every time with
// forkguard and passes every time without. With --quick a test that passes with forkguard is not run without it.
// Exit code 1 if there are differences that explained.json does not name.

import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');
const FAMILIES =
  'child-process cluster net worker process stdio dgram pipe http https tls fs async-hooks diagnostics-channel'.split(
    ' ',
  );
const TIMEOUT_MS = 120_000;
const RERUNS = 2;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: process.execPath },
    suite: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    match: { type: 'string', default: '' },
    out: { type: 'string' },
    quick: { type: 'boolean', default: false },
    register: { type: 'string' },
  },
});
const families = positionals.length > 0 ? positionals : FAMILIES;
const version = execFileSync(options.node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
const suite = resolve(options.suite ?? join(ROOT, '.cache/node-tests', version.split('.')[0]));
execFileSync(join(HERE, 'fetch.sh'), [version.split('.')[0], suite], { stdio: 'inherit' });

const scratch = mkdtempSync(join(tmpdir(), 'compat-'));
const NOOP = join(scratch, 'noop.cjs');
writeFileSync(NOOP, '');
const PRELOADS = { noop: NOOP, forkguard: resolve(options.register ?? install()) };
// the tests look at every global; from Node 25 on a look at `localStorage` prints a warning, which they take for output
const QUIET = Number.parseInt(version, 10) >= 25 ? ' --no-experimental-webstorage' : '';
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const group of running) killGroup(group);
    process.exit(1);
  });
}

/** As npm does: a test of Node's coverage counts every file but those in node_modules. */
function install() {
  const modules = join(scratch, 'node_modules');
  const folder = join(modules, 'forkguard');
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true });
  const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8');
  writeFileSync(join(folder, 'package.json'), manifest);
  for (const name of Object.keys(JSON.parse(manifest).dependencies))
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  return join(folder, 'dist/register.js');
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // all of them have ended
  }
}

function testsOf(folder) {
  const family = (name) =>
    families.some((word) => name.startsWith(`test-${word}`) && !/^[a-z]/.test(name.slice(5 + word.length)));
  return readdirSync(join(suite, 'test', folder))
    .filter((name) => /\.m?js$/.test(name) && family(name) && name.includes(options.match))
    .map((name) => join(folder, name));
}

function flagsOf(file) {
  const flags = /^\/\/ Flags:(.*)/m.exec(readFileSync(file, 'utf8'));
  return flags ? flags[1].trim().split(/\s+/) : [];
}

/** One run of one test, in a process group of its own so that nothing is left behind. */
function runOnce(test, preload, lane) {
  const file = join(suite, 'test', test);
  const folder = join(scratch, `lane-${lane}`);
  mkdirSync(folder, { recursive: true });
  const { NODE_OPTIONS: _, NODE_PATH: __, ...env } = process.env;
  const child = spawn(options.node, [...flagsOf(file), file], {
    cwd: suite,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...env,
      NODE_OPTIONS: `-r ${PRELOADS[preload]}${QUIET}`,
      FORKGUARD_REPORTERS: 'none',
      NODE_TEST_DIR: folder,
      TEST_THREAD_ID: String(lane),
      TEST_SERIAL_ID: String(lane),
      NODE_COMMON_PORT: String(12346 + 100 * lane),
    },
  });
  running.add(child.pid);
  let output = '';
  const add = (chunk) => {
    output = (output + chunk).slice(-6000);
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  return new Promise((done) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child.pid);
    }, TIMEOUT_MS);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      killGroup(child.pid);
      running.delete(child.pid);
      // a process that has left the group may hold the pipes
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        const skipped = /^1\.\.0 # Skipped/m.test(output);
        done({
          passed: code === 0,
          skipped,
          result: late ? 'timed out' : (signal ?? `exit ${code}`),
          output,
        });
      }, 20);
    });
  });
}

/** `same`, `different`, `flaky` (failed with forkguard, not always), `broken` (fails without forkguard as well), `skipped`. */
async function compare(test, lane) {
  const first = options.quick ? await runOnce(test, 'forkguard', lane) : undefined;
  if (first?.passed) return { test, verdict: first.skipped ? 'skipped' : 'same' };
  const bare = await runOnce(test, 'noop', lane);
  if (bare.skipped) return { test, verdict: 'skipped' };
  const guarded = first ?? (await runOnce(test, 'forkguard', lane));
  if (bare.passed && guarded.passed) return { test, verdict: 'same' };
  if (!bare.passed && !guarded.passed)
    return { test, verdict: 'broken', bare: bare.result, guarded: guarded.result };
  let failures = guarded.passed ? 0 : 1;
  let bareFailures = bare.passed ? 0 : 1;
  for (let i = 0; i < RERUNS; i++) {
    if (!(await runOnce(test, 'forkguard', lane)).passed) failures++;
    if (!(await runOnce(test, 'noop', lane)).passed) bareFailures++;
  }
  const always = failures === RERUNS + 1 && bareFailures === 0;
  const verdict = always ? 'different' : bareFailures > 0 ? 'broken' : 'flaky';
  return { test, verdict, failures, bareFailures, result: guarded.result, output: guarded.output };
}

async function timed(test, lane) {
  const begin = performance.now();
  return { ...(await compare(test, lane)), ms: Math.round(performance.now() - begin) };
}

const explained = JSON.parse(readFileSync(join(HERE, 'explained.json'), 'utf8'));
const results = [];

async function runAll(tests, jobs, firstLane) {
  const queue = [...tests];
  const lane = async (number) => {
    for (let test = queue.shift(); test; test = queue.shift()) {
      const outcome = await timed(test, number);
      results.push(outcome);
      if (options.out) appendFileSync(options.out, `${JSON.stringify(outcome)}\n`);
      if (outcome.verdict === 'different' || outcome.verdict === 'flaky') {
        const reason = explained[test.replace(/^.*\//, '')];
        console.log(`${outcome.verdict}  ${test}  ${outcome.result}${reason ? `  (${reason})` : ''}`);
        if (!reason) console.log(outcome.output.replace(/^/gm, '    '));
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, (_, i) => lane(firstLane + i)));
}

const jobs = Number(options.jobs);
await runAll(testsOf('parallel'), jobs, 1);
await runAll(testsOf('sequential'), 1, jobs + 1);
rmSync(scratch, { recursive: true, force: true });

const count = (verdict) => results.filter((outcome) => outcome.verdict === verdict).length;
const unexplained = results.filter(
  ({ verdict, test }) => verdict === 'different' && !explained[test.replace(/^.*\//, '')],
);
console.log(
  `Node ${version}: ${results.length} tests, same ${count('same')}, different ${count('different')}` +
    ` (unexplained ${unexplained.length}), flaky with forkguard ${count('flaky')},` +
    ` failing without it ${count('broken')}, skipped ${count('skipped')}`,
);
process.exitCode = unexplained.length > 0 ? 1 : 0;
