// Native code forks and goes on in the child without exec: here clone(2) through koffi, into libc's pause().
//# reports: forks-without-exec warning
//# packages: koffi
'use strict';
const { spawn } = require('node:child_process');
const libc = require('koffi').load('libc.so.6');
const dlsym = libc.func('void *dlsym(void *, const char *)');
const mmap = libc.func('uintptr_t mmap(uintptr_t, size_t, int, int, int, long)');
const clone = libc.func('int clone(void *, uintptr_t, int, uintptr_t, ...)');

const SIZE = 1 << 16;
const stack = BigInt(mmap(0, SIZE, 3, 0x22, -1, 0)) + BigInt(SIZE); // private, anonymous
const pid = clone(dlsym(null, 'pause'), stack, 17, 0); // SIGCHLD: as fork(2)
console.log(pid > 0 ? 'forked' : 'no fork');
const child = spawn('true');
child.on('exit', () => {
  setTimeout(() => process.kill(pid, 'SIGKILL'), 500);
});
