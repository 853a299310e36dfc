// An absolute path; a child in the same directory; a package's name.
//# launch: touch hook.cjs; NODE_OPTIONS="$NODE_OPTIONS -r ./hook.cjs" "$NODE" "$PROGRAM"
'use strict';
const { execFileSync } = require('node:child_process');

console.log(execFileSync(process.execPath, ['-p', '1'], { encoding: 'utf8' }).trim());
const NODE_OPTIONS = process.env.NODE_OPTIONS.replace('./hook.cjs', `${process.cwd()}/hook.cjs`);
const env = { ...process.env, NODE_OPTIONS };
console.log(execFileSync(process.execPath, ['-p', '2'], { cwd: '/', env, encoding: 'utf8' }).trim());
