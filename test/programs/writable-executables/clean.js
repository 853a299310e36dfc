// Closed first.
'use strict';
const { spawn } = require('node:child_process');
const fs = require('node:fs');

fs.copyFileSync('/bin/true', 'tool');
fs.chmodSync('tool', 0o755);
spawn('./tool').on('close', (code) => console.log(code));
