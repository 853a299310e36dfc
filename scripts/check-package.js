'use strict';
// Packs the package, installs the tarball into an empty project and uses it there in every documented way.
const { execFileSync, spawnSync } = require('node:child_process');
const { mkdtempSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

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
  const stray = content.filter((file) => /\.test\.|package\/(test|src|scripts|bench|examples)\//.test(file));
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
    '--profile',
    'node16',
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

  const typed = join(folder, 'typed.ts');
  writeFileSync(
    typed,
    "import { check, start, type Hazard } from 'forkguard';\nimport 'forkguard/register';\nconst { stop } = start({ stallMs: 500 });\ncheck().then((hazards: Hazard[]) => stop());\n",
  );
  const tsc = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      '--noEmit',
      '--strict',
      '--module',
      'node16',
      '--moduleResolution',
      'node16',
      '--types',
      'node',
      '--typeRoots',
      join(root, 'node_modules/@types'),
      typed,
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  verdict('the types compile in a strict project', tsc.status === 0, tsc.stdout);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
