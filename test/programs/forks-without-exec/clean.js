// Native code that forks and calls exec: system and popen of libc.
//# packages: koffi
'use strict';
const { spawn } = require('node:child_process');
const libc = require('koffi').load('libc.so.6');

console.log(libc.func('int system(const char *)')('true'));
libc.func('void *popen(const char *, const char *)')('sleep 0.5', 're');
spawn('sleep', ['0.4']).on('exit', () => process.exit());
