// git, as tools drive it: synchronous, streamed, with input.
const { execFileSync, spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');

const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z', GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z' };
const git = (...args) => execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=e@example.org', ...args], { env, encoding: 'utf8' });
git('init', '-q', '-b', 'main');
fs.writeFileSync('file', 'text\n');
git('add', 'file');
git('commit', '-q', '-m', 'first');
console.log(git('log', '--format=%H %s'));
console.log(spawnSync('git', ['hash-object', '--stdin'], { input: 'x', encoding: 'utf8' }).stdout);
spawn('git', ['cat-file', '-p', 'HEAD'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.pipe(process.stdout);
