import fs from 'node:fs';

/** Under this name worker threads find what the main thread saw; only set where it saw something. */
const SHARED = 'forkguard.baseline';

/**
 * Inheritable descriptors above `stdio` that were open before the program ran, as `baselineKey` writes them: a
 * launcher left them. In a worker thread what its main thread saw counts, because the table is one and the
 * program has run for a while.
 */
export function readBaseline(): ReadonlySet<string> {
  const found = inheritableNow();
  if (found.size === 0) return found;
  // loaded only here: it costs a program that uses no worker threads a millisecond
  const threads = require('node:worker_threads') as typeof import('node:worker_threads');
  if (threads.isMainThread) {
    threads.setEnvironmentData(SHARED, [...found]);
    return found;
  }
  const shared = threads.getEnvironmentData(SHARED);
  return new Set(Array.isArray(shared) ? shared.map(String) : []);
}

/** `target` as the kernel has it, or as procfs shows it. */
export function baselineKey(fd: number, target: string): string {
  // at the start few programs have a name that escaping need be loaded for
  const plain = /^[ -~]*$/.test(target);
  return `${fd} ${plain ? target : (require('./escape') as typeof import('./escape')).escapeText(target)}`;
}

function inheritableNow(): Set<string> {
  const found = new Set<string>();
  try {
    for (const name of fs.readdirSync('/proc/self/fd')) {
      if (Number(name) < 16) continue; // Node has set close-on-exec on these
      try {
        const flags = /^flags:\s*(\d+)/m.exec(fs.readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'));
        if (flags && !(Number.parseInt(flags[1]!, 8) & 0o2000000))
          found.add(baselineKey(Number(name), fs.readlinkSync(`/proc/self/fd/${name}`)));
      } catch {
        // the descriptor of the listing itself
      }
    }
  } catch {
    // no /proc: nothing can be said of descriptors anyway
  }
  return found;
}
