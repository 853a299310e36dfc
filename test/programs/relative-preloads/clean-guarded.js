// A runner gives each package its own file. What the child starts elsewhere the child itself would report.
//# launch: "$NODE" "$PROGRAM"
'use strict';
const { execFileSync } = require('node:child_process');
const { mkdirSync, writeFileSync } = require('node:fs');

mkdirSync('api');
writeFileSync('api/tracing.cjs', 'console.log("traced")');
const env = { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} -r ./tracing.cjs` };
console.log(execFileSync(process.execPath, ['-p', '1'], { cwd: 'api', env, encoding: 'utf8' }).trim());
