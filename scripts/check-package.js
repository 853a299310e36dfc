'use strict';
// Packs the package, installs the tarball into an empty project and uses it there in every documented way.
const { execFileSync, spawnSync } = require('node:child_process');
const { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join, posix } = require('node:path');
const { exports: entries } = require('../package.json');

const root = join(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'forkguard-package-'));
const env = { ...process.env };
for (const name of Object.keys(env))
  if (name.startsWith('FORKGUARD') || name === 'NODE_OPTIONS') delete env[name];

/** Its one child cannot start because its directory is missing: a hazard that needs nothing but Node. */
const FORK = "spawn('true', { cwd: '/no/such/directory' }).on('error', () => console.log('went on'));";
const APP = `const { spawn } = require('node:child_process'); ${FORK}`;
const ESM_APP = `import { spawn } from 'node:child_process'; ${FORK}`;
const FOUND = /error\[missing-directories\] child `true` cannot start/;

let failed = 0;
function verdict(what, ok, detail) {
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${what}${ok ? '' : `\n${detail}`}`);
  if (!ok) failed++;
}

function finds(what, args, extra = {}) {
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: folder,
    env: { ...env, ...extra },
    encoding: 'utf8',
  });
  verdict(what, stdout.includes('went on') && FOUND.test(stderr) && status === 0, stdout + stderr);
}

/** What of these projects TypeScript does not take, without what is wrong in packages of others. */
function complaintsOf(files, flags) {
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...['--noEmit', '--strict', '--target', 'es2022', '--esModuleInterop'],
      ...['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')],
      ...flags,
      ...files,
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  return stdout
    .split(/\n(?! )/)
    .filter((line) => line !== '' && !/^(?:\.\.\/|node_modules\/(?!forkguard\/))/.test(line))
    .join('\n');
}

function compiles(what, files, ...flags) {
  const complaints = complaintsOf(files, flags);
  verdict(what, complaints === '', complaints);
}

/** Links of a packed page to what is not packed. */
function deadLinks(page, content) {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target.split('#')[0])
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .filter((target) => {
      const path = posix.join('package', posix.dirname(page), target).replace(/\/$/, '');
      return !content.some((file) => file === path || file.startsWith(`${path}/`));
    })
    .map((target) => `${page}: ${target}`);
}

try {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  const content = execFileSync('tar', ['-tzf', join(folder, tarball)], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const stray = content.filter((file) => /^package\/(test|src|scripts)\/|\/node_modules\//.test(file));
  verdict(
    `the tarball holds ${content.length} files, none that only development needs`,
    stray.length === 0,
    stray.join('\n'),
  );
  for (const needed of [
    'dist/register.js',
    'dist/register.d.ts',
    'dist/src/cli.js',
    'docs/rules/shared-locks.md',
    'CHANGELOG.md',
    'README.md',
    'LICENSE',
  ]) {
    verdict(`the tarball holds ${needed}`, content.includes(`package/${needed}`), '');
  }
  const pages = content.filter((file) => file.endsWith('.md')).map((file) => file.replace('package/', ''));
  const dead = pages.flatMap((page) => deadLinks(page, content));
  verdict(`links of ${pages.length} pages lead to what is packed`, dead.length === 0, dead.join('\n'));

  const tool = (what, file, ...args) => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules', file), ...args],
      { cwd: root, env, encoding: 'utf8' },
    );
    verdict(what, status === 0, stdout + stderr);
  };
  tool('publint', 'publint/src/cli.js', join(folder, tarball), '--strict');
  tool(
    'arethetypeswrong',
    '@arethetypeswrong/cli/dist/index.js',
    join(folder, tarball),
    // forkguard/vitest is an ES module, as vitest itself is
    '--ignore-rules',
    'cjs-resolves-to-esm',
  );

  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true }));
  writeFileSync(join(folder, 'app.js'), APP);
  writeFileSync(join(folder, 'app.mjs'), ESM_APP);
  writeFileSync(join(folder, 'fork.js'), "require('node:child_process').fork('./app.js');");
  writeFileSync(join(folder, 'worker.js'), "new (require('node:worker_threads').Worker)('./app.js');");
  execFileSync('npm', ['install', '--no-audit', `./${tarball}`], {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

  finds('node -r forkguard/register app.js', ['-r', 'forkguard/register', 'app.js']);
  finds('node --import forkguard/register app.js', ['--import', 'forkguard/register', 'app.js']);
  finds('node -r forkguard/register app.mjs', ['-r', 'forkguard/register', 'app.mjs']);
  finds('node --import forkguard/register app.mjs', ['--import', 'forkguard/register', 'app.mjs']);
  finds('NODE_OPTIONS="-r forkguard/register"', ['app.js'], { NODE_OPTIONS: '-r forkguard/register' });
  finds('a child of child_process.fork()', ['-r', 'forkguard/register', 'fork.js']);
  finds('a worker thread', ['-r', 'forkguard/register', 'worker.js']);
  finds('forkguard run', ['node_modules/.bin/forkguard', 'run', '--', process.execPath, 'app.js']);

  const twice = spawnSync(
    process.execPath,
    ['-r', 'forkguard/register', '--import', 'forkguard/register', 'app.js'],
    { cwd: folder, env, encoding: 'utf8' },
  );
  verdict('a second load does nothing', twice.stderr.match(/cannot start/g)?.length === 1, twice.stderr);

  for (const name of ['vitest', '@opentelemetry'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  const node16 = ['--module', 'node16', '--moduleResolution', 'node16'];
  const bundler = ['--module', 'esnext', '--moduleResolution', 'bundler'];
  const node10 = ['--module', 'commonjs', '--moduleResolution', 'node10'];
  writeFileSync(
    join(folder, 'typed.ts'),
    "import { check, start, type Hazard } from 'forkguard';\nimport 'forkguard/register';\nconst { stop } = start({ stallMs: 500 });\ncheck().then((hazards: Hazard[]) => stop());\n",
  );
  compiles('the types compile in a strict project', ['typed.ts'], ...node16);
  const declarations = content
    .filter((file) => /\.d\.m?ts$/.test(file))
    .map((file) => file.replace('package/', 'node_modules/forkguard/'));
  compiles(
    'every declaration compiles with exactOptionalPropertyTypes',
    ['typed.ts', ...declarations],
    ...node16,
    '--exactOptionalPropertyTypes',
  );
  const names = Object.keys(entries).filter((entry) => !entry.endsWith('.json'));
  writeFileSync(
    join(folder, 'all.mts'),
    names.map((entry) => `import '${posix.join('forkguard', entry)}';\n`).join(''),
  );
  for (const [name, flags] of Object.entries({ node16, bundler, node10 }))
    compiles(`every entry has types with ${name}`, ['all.mts'], ...flags, '--noUncheckedSideEffectImports');
  writeFileSync(
    join(folder, 'vitest.config.mts'),
    "import Reporter from 'forkguard/vitest-reporter';\nimport { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: { reporters: [new Reporter()] } });\n",
  );
  compiles('vitest takes the reporter, node16', ['vitest.config.mts'], ...node16);
  compiles('vitest takes the reporter, bundler', ['vitest.config.mts'], ...bundler);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
