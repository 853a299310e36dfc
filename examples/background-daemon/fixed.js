// The helper has an output of its own, so the pipe ends with the shell.
const { exec } = require('node:child_process');

const begin = Date.now();
const child = exec('sleep 4 >/dev/null 2>&1 & echo started', (_error, stdout) => {
  console.log(
    `${stdout.trim()}: the callback came ${Math.round((Date.now() - begin) / 1000)} s after the fork`,
  );
});
child.on('exit', () => console.log('the shell has ended'));
