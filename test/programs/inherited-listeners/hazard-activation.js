// A launcher keeps its own listening socket on a high number, without saying so in LISTEN_FDS.
//# reports: inheritable-descriptors warning, inherited-listeners warning
//# tools: perl
//# launch: perl -MIO::Socket::INET -e '$^F = 255; $s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1"); require POSIX; POSIX::dup2(fileno($s), 120); exec $ENV{NODE}, $ENV{PROGRAM}'
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('sleep', ['5'], { detached: true, stdio: 'ignore' }); //~ forked //~ forked inheritable-descriptors
console.log('started');
child.unref();
