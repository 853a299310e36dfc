// NODE_OPTIONS names a package, which a Node child in another directory does not find.
//# reports: relative-preloads error
//# launch: mkdir -p node_modules/hook below; touch node_modules/hook/index.js; NODE_OPTIONS="$NODE_OPTIONS -r hook" "$NODE" "$PROGRAM"
'use strict';
const { spawnSync } = require('node:child_process');

const inside = spawnSync(process.execPath, ['-e', '0'], { cwd: 'below', encoding: 'utf8' });
const outside = spawnSync(process.execPath, ['-e', '0'], { cwd: '/', encoding: 'utf8' }); //~ forked
console.log(inside.status, outside.status, /Cannot find module 'hook'/.test(outside.stderr));
