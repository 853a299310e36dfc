try {
  // here, so that a program goes on even where not all of this package can be read
  (require('./src/start') as typeof import('./src/start')).start();
} catch (error) {
  try {
    const { messageOf, say } = require('./src/say') as typeof import('./src/say');
    say(`cannot start, the program goes on unguarded: ${messageOf(error)}`);
  } catch {
    sayUnread();
  }
}

/** Of Node's permissions, only a file named by `-r` is free to be read. */
function sayUnread(): void {
  try {
    require('node:fs').writeSync(
      2,
      'forkguard: cannot start, the program goes on unguarded: its files cannot be read (--permission needs --allow-fs-read=node_modules)\n',
    );
  } catch {
    // stderr is closed or full: nobody is there to read it
  }
}
