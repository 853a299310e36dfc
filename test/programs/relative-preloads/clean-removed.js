// What was loaded is gone when the call returns; and what `--import` takes is a URL, not a path.
'use strict';
const { spawnSync } = require('node:child_process');
const { mkdirSync, writeFileSync } = require('node:fs');

mkdirSync('build');
writeFileSync('build/hook.js', "console.log('loaded')");
writeFileSync('a b.mjs', '');
const run = (...args) => spawnSync(process.execPath, args, { cwd: 'build', encoding: 'utf8' });
console.log(run('-r', './hook.js', '-e', "fs.rmSync('hook.js')").stdout.trim());
console.log(run('--import', '../a%20b.mjs?once', '-p', '1').stdout.trim());
