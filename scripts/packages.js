'use strict';
// npm run packages: the packages of the tests' programs (test/) and of the examples (examples/). They stand apart
// so that `npm ci` stays quick. What cannot be installed here is said, and what needs it is skipped.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

/** The headers that came with this Node, so that native packages build without the network. */
function headers() {
  const prefix = path.join(path.dirname(process.execPath), '..');
  const file = path.join(prefix, 'include', 'node', 'node_version.h');
  return fs.existsSync(file) ? { npm_config_nodedir: prefix } : {};
}

/** Installs the packages of a folder unless they are there in the versions of its lock file. */
function install(folder) {
  const directory = path.join(root, folder);
  const lock = fs.readFileSync(path.join(directory, 'package-lock.json'), 'utf8');
  const stamp = path.join(directory, 'node_modules', '.installed');
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === lock) return true;
  console.log(`Installing the packages of ${folder}/ (once) …`);
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const env = { ...headers(), ...process.env };
  const { status } = spawnSync('npm', ['ci', ...quiet], { cwd: directory, env, stdio: 'inherit' });
  if (status === 0) {
    fs.writeFileSync(stamp, lock);
    // npm leaves out what cannot be built, without a word
    const { optionalDependencies } = require(path.join(directory, 'package.json'));
    for (const name of Object.keys(optionalDependencies))
      if (!fs.existsSync(path.join(directory, 'node_modules', name)))
        console.error(`${name} could not be installed: what needs it is skipped.`);
  } else console.error(`The packages of ${folder}/ could not be installed: what needs them is skipped.`);
  return status === 0;
}

module.exports = { install };

if (require.main === module) for (const folder of ['test', 'examples']) install(folder);
