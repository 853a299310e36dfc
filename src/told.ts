/** What the threads of this process have told people of, so that it is told once, whichever of them finds it. */

import { isLoaded } from './instruments/when-loaded';
import type { Hazard, Reporter } from './model';
import { inWorker } from './thread';

/** Under this name every worker thread finds the table of its process. */
const SHARED = 'forkguard.told';

/** So many hazards are known of; any more are told by each thread that finds them. */
const MOST = 512;

/** Taken before the program's own use of them is watched. V8 has flags that take it away. */
const compareExchange = typeof Atomics === 'object' ? Atomics.compareExchange : undefined;

/** Makes the table. `worker_threads` has been loaded, and no worker thread is there yet. */
export function shareTold(): void {
  if (!compareExchange || typeof SharedArrayBuffer !== 'function') return;
  workerThreads().setEnvironmentData(SHARED, new BigInt64Array(new SharedArrayBuffer(8 * MOST)));
}

/** The reporter, for what no other thread has told: that is left out of its summary, too. */
export function toldOnce(reporter: Reporter): Reporter {
  const others = new Set<string>();
  /** How often those were found, by rule. */
  const counts = new Map<string, number>();
  const leaveOut = ({ rule }: Hazard) => counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return {
    ...reporter,
    hazard(hazard) {
      if (isFirst(hazard.fingerprint)) return reporter.hazard(hazard);
      others.add(hazard.fingerprint);
      leaveOut(hazard);
    },
    repeat(hazard, ...again) {
      if (!others.has(hazard.fingerprint)) return reporter.repeat?.(hazard, ...again);
      leaveOut(hazard);
    },
    end(summary) {
      const own = Object.entries(summary.hazards).map(([rule, count]) => [
        rule,
        count - (counts.get(rule) ?? 0),
      ]);
      return reporter.end?.({ ...summary, hazards: Object.fromEntries(own) });
    },
  };
}

/** Whether this thread is the first of its process that tells of such a hazard. Then it has to. */
function isFirst(fingerprint: string): boolean {
  // loading it takes a millisecond, and without it there are no other threads
  const isShared = inWorker || isLoaded('worker_threads');
  const table: unknown = isShared ? workerThreads().getEnvironmentData(SHARED) : undefined;
  if (!(table instanceof BigInt64Array) || !compareExchange) return true;
  const mark = BigInt.asIntN(64, BigInt(`0x${fingerprint}`));
  for (let place = 0; place < table.length; place++) {
    const there = compareExchange(table, place, 0n, mark);
    if (there === 0n) return true;
    if (there === mark) return false;
  }
  return true;
}

function workerThreads(): typeof import('node:worker_threads') {
  return require('node:worker_threads') as typeof import('node:worker_threads');
}
