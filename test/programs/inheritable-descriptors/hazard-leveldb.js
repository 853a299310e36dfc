// LevelDB opens its log, its lock and its tables in C++.
//# reports: inheritable-descriptors warning
//# packages: classic-level
'use strict';
const { spawn } = require('node:child_process');
const { ClassicLevel } = require('classic-level');

(async () => {
  const database = new ClassicLevel('database');
  await database.open();
  await database.put('key', 'value');
  const child = spawn('sleep', ['5'], { stdio: 'ignore' }); //~ forked
  await database.close();
  child.kill();
  console.log('closed');
})();
