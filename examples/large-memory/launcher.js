const { spawn } = require('node:child_process');

process.on('message', (command) => spawn(command, { stdio: 'ignore' }));
