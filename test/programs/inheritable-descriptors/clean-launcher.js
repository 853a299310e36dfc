// Terminal, log file, directory: what a login shell or a service manager leaves at a high number harms nobody.
//# info: allowed
//# launch: exec 100</dev/null 101>>log 102<.; "$NODE" "$PROGRAM"
'use strict';
const { spawnSync } = require('node:child_process');

spawnSync('true');
spawnSync('true');
console.log('ok');
