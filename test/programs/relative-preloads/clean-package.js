// A package that is found elsewhere, by NODE_PATH, and a module of Node's own.
//# launch: mkdir -p node_modules/hook; touch node_modules/hook/index.js; NODE_PATH=$PWD/node_modules NODE_OPTIONS="$NODE_OPTIONS -r hook -r node:fs" "$NODE" "$PROGRAM"
'use strict';
const { spawnSync } = require('node:child_process');

const { status, stderr } = spawnSync(process.execPath, ['-e', '0'], { cwd: '/', encoding: 'utf8' });
console.log(status, stderr);
