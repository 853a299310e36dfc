// A helper is started in the background of a shell. The shell ends at once; the callback of exec comes much later.
const { exec } = require('node:child_process');

const begin = Date.now();
const child = exec('sleep 4 & echo started', (_error, stdout) => {
  console.log(
    `${stdout.trim()}: the callback came ${Math.round((Date.now() - begin) / 1000)} s after the fork`,
  );
});
child.on('exit', () => console.log('the shell has ended'));
