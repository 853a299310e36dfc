// A preload before it has taught Node what `./setup` stands for, as ts-node and tsx do.
'use strict';
const { spawnSync } = require('node:child_process');
const { writeFileSync } = require('node:fs');

writeFileSync('register.js', "require.extensions['.ts'] = require.extensions['.js']");
writeFileSync('setup.ts', "console.log('set up')");
const args = ['-r', './register.js', '-r', './setup', '-e', 'process.exitCode = 2'];
console.log(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout.trim());
