// make has closed its jobserver for a recipe that is no make: the numbers in MAKEFLAGS are now libuv's.
//# tools: make
//# launch: printf 'all:\n\t@"$(NODE)" "$(PROGRAM)"\n' >Makefile; make -j2; MAKEFLAGS=' -j2 --jobserver-auth=4,5' LISTEN_FDS=2 LISTEN_PID=1 "$NODE" "$PROGRAM"
'use strict';
const { execFileSync } = require('node:child_process');

console.log(execFileSync('echo', ['built'], { encoding: 'utf8' }).trim());
