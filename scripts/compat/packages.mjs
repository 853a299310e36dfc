#!/usr/bin/env node
// Runs the test suites of packages that live on child processes twice, with a preload that does nothing and with
// forkguard, and compares test by test.
//   node scripts/compat/packages.mjs [package …] [--node BINARY] [--match TEXT]
// A file in which a test fails with forkguard only is run twice more each way; a test counts if it fails every time
// with forkguard and passes every time without. Exit code 1 if there is one.

import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ABSENT, SUITES } from './suites.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, '../..');
const TIMEOUT_MS = 300_000;
const RERUNS = 2;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    node: { type: 'string', default: process.execPath },
    match: { type: 'string', default: '' },
    cache: { type: 'string', default: join(ROOT, '.cache/packages') },
    register: { type: 'string', default: join(ROOT, 'dist/register.js') },
  },
});
const scratch = mkdtempSync(join(tmpdir(), 'packages-'));
const NOOP = join(scratch, 'noop.cjs');
writeFileSync(NOOP, '');
const PRELOADS = { bare: NOOP, guarded: resolve(options.register) };

const { NODE_OPTIONS: _, NODE_PATH: __, FORCE_COLOR: ___, ...environment } = process.env;
const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: environment };

function unpack(archive, folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['xf', archive, '-C', folder, '--strip-components=1'], quiet);
}

/** A folder with the package, its tests and what they import. */
function fetchSuite(suite) {
  const folder = join(options.cache, suite.name);
  if (existsSync(folder)) return folder;
  const archives = mkdtempSync(join(scratch, 'archives-'));
  const made = join(scratch, suite.name);
  const archive = (pattern) =>
    join(
      archives,
      readdirSync(archives).find((name) => pattern.test(name)),
    );
  if (suite.debian) {
    execFileSync(join(HERE, 'debian-source.sh'), [...suite.debian, archives], quiet);
    unpack(archive(/\.orig\.tar\./), made);
  }
  if (suite.npm) {
    execFileSync('npm', ['pack', '--silent', suite.npm, '--pack-destination', archives], quiet);
    unpack(archive(/\.tgz$/), made);
  }
  // away from the workspace that it is part of: npm would install that
  const inner = join(scratch, `${suite.name}-alone`);
  renameSync(join(made, suite.inside ?? '.'), inner);
  const manifest = JSON.parse(readFileSync(join(inner, 'package.json'), 'utf8'));
  delete manifest.devDependencies;
  delete manifest.ava;
  if (!suite.builds) delete manifest.scripts;
  for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
    if (range.startsWith('workspace:')) manifest.dependencies[name] = `^${manifest.version}`;
  writeFileSync(join(inner, 'package.json'), JSON.stringify(manifest));
  rmSync(join(inner, 'package-lock.json'), { force: true });
  rmSync(join(inner, '.npmrc'), { force: true });
  for (const [name, text] of Object.entries(suite.files ?? {})) writeFileSync(join(inner, name), text);
  const scripts = suite.builds ? [] : ['--ignore-scripts'];
  const install = ['install', '--no-audit', '--no-fund', '--silent', ...scripts, ...suite.needs];
  execFileSync('npm', install, { ...quiet, cwd: inner });
  if (suite.builds) execFileSync('npm', ['run', '--silent', 'install'], { ...quiet, cwd: inner });
  mkdirSync(options.cache, { recursive: true });
  cpSync(inner, `${folder}.new`, { recursive: true, verbatimSymlinks: true });
  renameSync(`${folder}.new`, folder);
  return folder;
}

/** Name of each test and whether it passed; equal names are numbered. */
function resultsOf(output) {
  const results = new Map();
  const add = (name, passed) => {
    let key = name;
    for (let n = 2; results.has(key); n++) key = `${name} (${n})`;
    results.set(key, passed);
  };
  const json = /^\{"num.*$/m.exec(output);
  if (json) {
    for (const file of JSON.parse(json[0]).testResults)
      for (const { fullName, status } of file.assertionResults) add(fullName, status !== 'failed');
    return results;
  }
  for (const [, bad, name] of output.matchAll(/^ *(not )?ok \d+(?: - | )?(.*)$/gm)) {
    const plain = name.replace(/\s*[{#].*$/, '');
    add(plain, !bad || /# *(TODO|SKIP)/i.test(name));
  }
  return results;
}

function runOnce(suite, folder, file, preload) {
  const child = spawn(options.node, suite.run(file), {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environment,
      NODE_OPTIONS: `-r ${PRELOADS[preload]}`,
      FORKGUARD_REPORTERS: 'none',
      PATH: `${dirname(options.node)}:${environment.PATH}`,
      TAP: '1',
    },
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4000)));
  return new Promise((done) => {
    const timer = setTimeout(() => end(), TIMEOUT_MS);
    const end = () => {
      clearTimeout(timer);
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // all of them have ended
      }
    };
    child.on('exit', (code, signal) => {
      end();
      setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        const results = resultsOf(output);
        results.set(`${file}: exit code`, code === 0);
        done({ results, output: `${signal ?? code}\n${output.slice(-3000)}\n${errors}` });
      }, 50);
    });
  });
}

const failed = (run, name) => run.results.get(name) !== true;

async function compare(suite, folder, file) {
  const bare = [await runOnce(suite, folder, file, 'bare')];
  const guarded = [await runOnce(suite, folder, file, 'guarded')];
  const suspects = () =>
    [...bare[0].results.keys()].filter(
      (name) => bare.every((run) => !failed(run, name)) && guarded.every((run) => failed(run, name)),
    );
  for (let i = 0; i < RERUNS && suspects().length > 0; i++) {
    bare.push(await runOnce(suite, folder, file, 'bare'));
    guarded.push(await runOnce(suite, folder, file, 'guarded'));
  }
  const names = [...bare[0].results.keys()];
  const different = suspects();
  return {
    different,
    same: names.filter((name) => !failed(bare[0], name) && !failed(guarded[0], name)).length,
    broken: names.filter((name) => failed(bare[0], name)).length,
    flaky:
      names.filter((name) => !failed(bare[0], name) && failed(guarded[0], name)).length - different.length,
    output: guarded[0].output,
  };
}

function filesOf(suite, folder) {
  return readdirSync(folder, { recursive: true })
    .filter(
      (name) => !name.includes('node_modules') && suite.tests.test(name) && name.includes(options.match),
    )
    .sort();
}

let differences = 0;
for (const suite of SUITES) {
  if (positionals.length > 0 && !positionals.includes(suite.name)) continue;
  let folder;
  try {
    folder = fetchSuite(suite);
  } catch (error) {
    console.log(`${suite.name}: cannot be fetched here: ${String(error.message).split('\n')[0]}`);
    continue;
  }
  const total = { same: 0, different: 0, broken: 0, flaky: 0 };
  for (const file of filesOf(suite, folder)) {
    const { different, output, ...counts } = await compare(suite, folder, file);
    for (const [key, count] of Object.entries(counts)) total[key] += count;
    total.different += different.length;
    for (const name of different) console.log(`different  ${suite.name} ${file}: ${name}`);
    if (different.length > 0) console.log(output.replace(/^/gm, '    '));
  }
  differences += total.different;
  console.log(
    `${suite.name}: same ${total.same}, different ${total.different}, flaky with forkguard ${total.flaky},` +
      ` failing without it ${total.broken}`,
  );
}
for (const name of ABSENT)
  if (positionals.length === 0 || positionals.includes(name))
    console.log(`${name}: its tests are neither in its npm tarball nor in a source package that can be had`);
rmSync(scratch, { recursive: true, force: true });
process.exitCode = differences > 0 ? 1 : 0;
