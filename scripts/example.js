'use strict';
// npm run example [NAME] [hazard|fixed]: runs an example of examples/ with forkguard, as its README shows.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { install } = require('./packages');

const root = path.join(__dirname, '..');
const examples = path.join(root, 'examples');
const register = path.join(root, 'dist', 'register.js');

/** Folders with a hazard.js: the examples that this script can run. */
function names() {
  return fs.readdirSync(examples).filter((name) => fs.existsSync(path.join(examples, name, 'hazard.js')));
}

/** What to start for an example: its run.sh, else node with its script. */
function commandOf(name, which) {
  const directory = path.join(examples, name);
  if (!fs.existsSync(path.join(directory, 'run.sh'))) return [process.execPath, `${which}.js`];
  return ['bash', 'run.sh', which];
}

function needsPackages(name) {
  const text = fs.readFileSync(path.join(examples, name, 'hazard.js'), 'utf8');
  return /require\('(?!node:|\.)/.test(text);
}

function main([name, which = 'hazard', ...rest]) {
  if (!names().includes(name) || !fs.existsSync(path.join(examples, name, `${which}.js`))) {
    console.error(`usage: npm run example NAME [hazard|fixed]\n\n  ${names().join('\n  ')}`);
    return 2;
  }
  if (!fs.existsSync(register))
    spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  if (needsPackages(name) && !install('examples')) return 77;
  const [command, ...args] = [...commandOf(name, which), ...rest];
  const options = `${process.env.NODE_OPTIONS ?? ''} -r ${register}`.trim();
  const env = { ...process.env, NODE: process.execPath, NODE_OPTIONS: options };
  const { status } = spawnSync(command, args, { cwd: path.join(examples, name), env, stdio: 'inherit' });
  return status ?? 1;
}

module.exports = { names, needsPackages };

if (require.main === module) process.exitCode = main(process.argv.slice(2));
