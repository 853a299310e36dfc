// The child has a pipe for its input, but polls its listener only.
//# reports: orphaned-children warning
//# tools: python3
'use strict';
const { spawn } = require('node:child_process');

const child = spawn('python3', ['-u', '-m', 'http.server', '0']); //~ forked
child.stdout.once('data', () => setTimeout(() => process.exit(), 200));
