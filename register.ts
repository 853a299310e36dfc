try {
  // here, so that a program goes on even where not all of this package can be read
  (require('./src/start') as typeof import('./src/start')).start();
} catch (error) {
  const { message, code } = error as { message?: unknown; code?: unknown };
  const why =
    code === 'ERR_ACCESS_DENIED'
      ? 'its files may not be read (--allow-fs-read=node_modules)'
      : String(message).split('\n')[0];
  const line = `forkguard: cannot start, the program goes on unguarded: ${why}`;
  try {
    require('node:fs').writeSync(2, `${line.replace(/[^ -~]/g, '?')}\n`);
  } catch {
    // stderr is closed or full: nobody is there to read it
  }
}
