// A make below Node, below make -j: Node has closed the jobserver, its number is still in MAKEFLAGS.
//# reports: cut-descriptors info
//# tools: make
//# launch: printf 'all:\n\t+@"$(NODE)" "$(PROGRAM)"\nsub:\n\t@true\n' >Makefile; make -j2 --no-print-directory 2>&1 | grep -o 'jobserver unavailable'
'use strict';
const { spawnSync } = require('node:child_process');

spawnSync('make', ['--no-print-directory', 'sub'], { stdio: 'inherit' }); //~ forked
