// What C code opens without O_CLOEXEC: a file, an epoll set, an event counter, a UNIX socket.
//# reports: inheritable-descriptors warning
//# packages: koffi
'use strict';
const { execSync } = require('node:child_process');
const libc = require('koffi').load('libc.so.6');
const open = libc.func('int open(const char *, int, int)');
const epoll = libc.func('int epoll_create1(int)');
const eventfd = libc.func('int eventfd(unsigned int, int)');
const socket = libc.func('int socket(int, int, int)');

open('data', 0o102, 0o600);
const counter = eventfd(0, 0);
epoll(0);
socket(1, 1, 0);
const names = execSync('ls -l /proc/self/fd', { encoding: 'utf8' }); //~ forked
console.log(names.includes(`${counter} -> anon_inode:[eventfd]`) ? 'the child has them' : 'the child has none');
