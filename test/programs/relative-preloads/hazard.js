// NODE_OPTIONS with a relative path reaches a Node child in another directory.
//# reports: relative-preloads error
//# launch: touch hook.cjs; NODE_OPTIONS="$NODE_OPTIONS -r ./hook.cjs" "$NODE" "$PROGRAM"
'use strict';
const { spawnSync } = require('node:child_process');

const { status, stderr } = spawnSync(process.execPath, ['-e', '0'], { cwd: '/', encoding: 'utf8' }); //~ forked
console.log(status, /Cannot find module '.\/hook.cjs'/.test(stderr));
