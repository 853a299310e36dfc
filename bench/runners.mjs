#!/usr/bin/env node
// What does the test helper cost a run?   npm run build; bash bench/bare-shell.sh node bench/runners.mjs [--rounds 10] [--only jest,vitest] [--files 40] [--every 4] [--work 0]
// A suite of 40 files with 10 tests each is made in a temporary folder; two tests of every fourth file run a command.
// --work: how much one more test of each file computes, in some milliseconds. Without it the files are as small as
// test files get, and what each pays is seen best.
// Each runner runs it bare, with an empty set-up module, with the preload alone, and with preload and set-up module, in
// turns, after one round that only warms up. Wall time, and user + system time of
// the whole tree (what the kernel adds up for children that were waited for).
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    only: { type: 'string', default: 'jest,vitest' },
    files: { type: 'string', default: '40' },
    every: { type: 'string', default: '4' },
    work: { type: 'string', default: '0' },
  },
});
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const FILES = Number(values.files);
const EVERY = Number(values.every);
const WORK = Number(values.work);
const TESTS = 10;
const KINDS = ['bare', 'empty', 'preloaded', 'helped'];
const RUNNERS = {
  jest: ['jest/bin/jest.js', '--maxWorkers=2'],
  vitest: ['vitest/vitest.mjs', 'run', '--maxWorkers=2'],
};

/** What a test does: some arithmetic over objects and strings, as most tests do, or a command. */
function body(file, test) {
  if (file % EVERY === 0 && test < 2)
    return "await new Promise((resolve, reject) => execFile('/bin/echo', ['hello'], (e) => e ? reject(e) : resolve()));";
  return `const all = Array.from({ length: 50 }, (_, at) => ({ at, text: String(at * ${test + 1}) }));
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);`;
}

/** So much work that it takes about a millisecond, done so many times: a fixed time would hide what slows it down. */
const work = (times) => `for (let time = 0; time < ${times}; time++) {
      const all = Array.from({ length: 2500 }, (_, at) => ({ at: (at * 7919) % 2500, text: String(at) }));
      JSON.parse(JSON.stringify(all)).sort((a, b) => a.at - b.at);
    }`;

/** As npm would: the runners treat what lies in node_modules in ways of their own. */
function install(folder) {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  cpSync(join(ROOT, 'dist'), join(modules, 'forkguard/dist'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(modules, 'forkguard/package.json'));
}

/** `kind`: bare or preloaded, without a set-up module; empty, with one in which nothing is; helped, with ours. */
function makeProject(runner, kind) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forkguard-runners-')));
  install(folder);
  const esm = runner === 'vitest';
  const setup = { empty: './setup.js', helped: `forkguard/${runner}` }[kind];
  const begin = esm
    ? "import { execFile } from 'node:child_process';\nimport { expect, test } from 'vitest';"
    : "const { execFile } = require('node:child_process');";
  for (let file = 0; file < FILES; file++) {
    const tests = Array.from(
      { length: TESTS },
      (_, test) => `test('test ${test}', async () => { ${body(file, test)} });`,
    );
    if (WORK > 0) tests.push(`test('work', () => { ${work(WORK)} });`);
    writeFileSync(join(folder, `file-${file}.test.js`), [begin, ...tests, ''].join('\n'));
  }
  if (esm) {
    const setupFiles = setup ? `setupFiles: ['${setup}']` : '';
    writeFileSync(join(folder, 'vitest.config.mjs'), `export default { test: { ${setupFiles} } };\n`);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  } else {
    const config = {
      testMatch: ['**/*.test.js'],
      transform: {},
      ...(setup && { setupFilesAfterEnv: [setup] }),
    };
    writeFileSync(join(folder, 'jest.config.js'), `module.exports = ${JSON.stringify(config)};\n`);
    writeFileSync(join(folder, 'package.json'), '{}');
  }
  writeFileSync(join(folder, 'setup.js'), '');
  mkdirSync(join(folder, 'tmp'));
  return folder;
}

/** Milliseconds of wall time, and of user and system time as the shell's `times` tells them. */
function measure(runner, folder, kind) {
  const [bin, ...args] = RUNNERS[runner];
  const env = { ...process.env, CI: '1', NO_COLOR: '1' };
  delete env.NODE_OPTIONS;
  if (kind === 'helped' || kind === 'preloaded') env.NODE_OPTIONS = '--require forkguard/register';
  const begin = process.hrtime.bigint();
  const child = spawn(
    'bash',
    [
      '-c',
      '"$@" >/dev/null 2>tmp/stderr; code=$?; times; exit $code',
      'bash',
      process.execPath,
      join(ROOT, 'node_modules', bin),
      ...args,
    ],
    { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code !== 0) {
        const { stdout } = spawnSync('tail', ['-30', join(folder, 'tmp/stderr')], { encoding: 'utf8' });
        reject(new Error(`${runner} ended with ${code}:\n${stdout}`));
        return;
      }
      const wall = Number(process.hrtime.bigint() - begin) / 1e6;
      const [, children] = text.trim().split('\n');
      const cpu = [...children.matchAll(/(\d+)m([\d.]+)s/g)]
        .map(([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1000)
        .reduce((a, b) => a + b, 0);
      resolve({ wall, cpu });
    });
  });
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

for (const runner of values.only.split(',')) {
  const folders = Object.fromEntries(KINDS.map((kind) => [kind, makeProject(runner, kind)]));
  const rounds = [];
  try {
    for (let round = -1; round < Number(values.rounds); round++) {
      const order = round % 2 === 0 ? KINDS : [...KINDS].reverse();
      const result = {};
      for (const kind of order) result[kind] = await measure(runner, folders[kind], kind);
      if (round >= 0) rounds.push(result);
    }
  } finally {
    for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true });
  }
  for (const metric of ['wall', 'cpu']) {
    const of = (kind) => median(rounds.map((round) => round[kind][metric]));
    console.log(`${runner} ${metric}: bare ${of('bare').toFixed(0)} ms, ${rounds.length} rounds`);
    for (const kind of KINDS.slice(1)) {
      const ratios = rounds.map((round) => round[kind][metric] / round.bare[metric]);
      const range = `${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)}`;
      console.log(`  ${kind} ${of(kind).toFixed(0)} ms, ratio ${median(ratios).toFixed(3)} (${range})`);
    }
  }
}
