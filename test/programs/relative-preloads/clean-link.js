// The child starts in a directory that is a link: for it, .. is the parent of what the link leads to.
'use strict';
const { spawn } = require('node:child_process');
const { mkdirSync, symlinkSync, writeFileSync } = require('node:fs');

mkdirSync('app/bin', { recursive: true });
mkdirSync('links');
writeFileSync('app/hook.js', "console.log('loaded')");
symlinkSync('../app/bin', 'links/bin');
spawn(process.execPath, ['-r', '../hook.js', '-e', '0'], { cwd: 'links/bin', stdio: 'inherit' });
