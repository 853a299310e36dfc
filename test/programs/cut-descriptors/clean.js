// The jobserver's descriptors are passed on at their numbers.
//# tools: make
//# launch: printf 'all:\n\t+@"$(NODE)" "$(PROGRAM)"\nsub:\n\t@true\n' >Makefile; make -j2 --no-print-directory 2>&1 | grep -c 'jobserver unavailable'
'use strict';
const { spawnSync } = require('node:child_process');

const fds = /--jobserver-(?:auth|fds)=(\d+),(\d+)/.exec(process.env.MAKEFLAGS).slice(1).map(Number);
const stdio = ['inherit', 'inherit', 'inherit'];
for (const fd of fds) stdio[fd] = fd;
spawnSync('make', ['--no-print-directory', 'sub'], { stdio: Array.from(stdio, (entry) => entry ?? 'ignore') });
