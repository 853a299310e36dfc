// The child finds the file; what it starts in another directory does not, and would end at its start.
//# reports: relative-preloads warning
'use strict';
const { execFileSync } = require('node:child_process');
const { mkdirSync, writeFileSync } = require('node:fs');

mkdirSync('api');
writeFileSync('api/tracing.cjs', '');
const script = `
  const { status } = require('child_process').spawnSync(process.execPath, ['-e', '0'], { cwd: '/', stdio: 'ignore' });
  console.log('what it starts ends with', status);
`;
const env = { ...process.env, NODE_OPTIONS: '-r ./tracing.cjs' };
console.log(execFileSync(process.execPath, ['-e', script], { cwd: 'api', env, encoding: 'utf8' }).trim()); //~ forked
