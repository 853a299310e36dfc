// Children that must not get the terminals are started by a small process that was forked before there were any.
const { fork } = require('node:child_process');
const pty = require('node-pty');

const launcher = fork(`${__dirname}/launcher.js`);
launcher.once('message', () => {
  const terminals = [1, 2, 3].map(() => pty.spawn('cat', [], {}));
  launcher.send(['sleep', '30']);
  launcher.once('message', (held) => {
    console.log(`the linter holds ${held} terminals`);
    launcher.disconnect();
    for (const terminal of terminals) terminal.kill();
    setTimeout(() => process.exit(), 200);
  });
});
