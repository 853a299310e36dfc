try {
  // here, so that a program goes on even where not all of this package can be read
  (require('./src/start') as typeof import('./src/start')).start();
} catch (error) {
  const { message, code } = error as { message?: unknown; code?: unknown };
  const advice = code === 'ERR_ACCESS_DENIED' ? ' (--allow-fs-read=node_modules lets it be read)' : '';
  const line = `forkguard: cannot start, the program goes on unguarded: ${String(message).split('\n')[0]}${advice}`;
  try {
    require('node:fs').writeSync(2, `${line.replace(/[^ -~]/g, '?')}\n`);
  } catch {
    // stderr is closed or full: nobody is there to read it
  }
}
