'use strict';
// npm run demo: a port that stays bound, found by forkguard, then mended. Needs nothing but Node.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const chalk = require('chalk');

const root = path.join(__dirname, '..');
const directory = path.join('examples', 'bound-port');
const register = path.join(root, 'dist', 'register.js');

/** A program from its first statement on, with line numbers. */
function sourceOf(file) {
  const lines = fs.readFileSync(path.join(root, file), 'utf8').trimEnd().split('\n');
  const first = lines.findIndex((line) => line.startsWith('const '));
  return lines
    .map(
      (line, index) =>
        `${chalk.dim(String(index + 1).padStart(4))}  ${/^ *\/\//.test(line) ? chalk.dim(line) : line}`,
    )
    .slice(first)
    .join('\n');
}

function run(file, ...flags) {
  console.log(`\n${chalk.bold.cyan('$')} ${chalk.bold(['node', ...flags, file].join(' '))}\n`);
  const args = flags.length > 0 ? ['-r', register, file] : [file];
  const color =
    chalk.level > 0 && process.env.NO_COLOR === undefined ? { FORCE_COLOR: String(chalk.level) } : {};
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...color } });
}

function say(text) {
  console.log(`\n${chalk.bold(text)}`);
}

if (!fs.existsSync(register)) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

say('1  A server that restarts itself on its port. The restart fails, and nothing says why.');
console.log(`\n${sourceOf(`${directory}/hazard.js`)}`);
run(`${directory}/hazard.js`);

say('2  The same program with forkguard preloaded.');
run(`${directory}/hazard.js`, '-r', 'forkguard/register');

say('3  Mended as the report says: the helper gets only what it needs. forkguard has nothing to say.');
run(`${directory}/fixed.js`, '-r', 'forkguard/register');

console.log(`
${chalk.bold('Next')}
  ${chalk.cyan('npm run example'.padEnd(36))}more of them: locks, terminals, databases, memory
  ${chalk.cyan('npm install --save-dev forkguard'.padEnd(36))}in a project of your own
  ${chalk.cyan('node -r forkguard/register app.js'.padEnd(36))}one program
  ${chalk.cyan('npx forkguard run -- npm test'.padEnd(36))}a whole tree of processes
`);
