'use strict';
// Runs tests of real programs on other versions of Node, which are npm packages:
//   npm run test:nodes                        22, 24 and 26, test/programs and test/guard
//   npm run test:nodes -- 24 test/programs    one version, some tests
const { execFileSync, spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const args = process.argv.slice(2);
const versions = args.filter((arg) => /^\d+$/.test(arg));
const tests = args.filter((arg) => !/^\d+$/.test(arg));
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** The binary of a major version, installed below .nodes/ when it is first asked for. */
function binaryOf(version) {
  const folder = join(root, '.nodes', version);
  const name = `node-${platform}`;
  const binary = join(folder, 'node_modules', name, 'bin', 'node');
  if (!existsSync(binary)) {
    console.log(`installing ${name}@${version}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-save', `${name}@${version}`], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return binary;
}

let failed = 0;
for (const version of versions.length > 0 ? versions : ['22', '24', '26']) {
  const binary = binaryOf(version);
  console.log(`Node ${execFileSync(binary, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim()}`);
  const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
  const { status } = spawnSync(
    process.execPath,
    [jest, ...(tests.length > 0 ? tests : ['test/programs', 'test/guard'])],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, FORKGUARD_TEST_NODE: binary },
    },
  );
  if (status !== 0) failed++;
}
process.exitCode = failed > 0 ? 1 : 0;
