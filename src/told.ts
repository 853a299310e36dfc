/** What the threads of this process have told people of, so that it is told once, whichever of them finds it. */

import { isLoaded } from './instruments/when-loaded';

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

/** Whether this thread is the first of its process that tells people of such a hazard. Then it has to. */
export function isFirst(fingerprint: string): boolean {
  const table: unknown = isLoaded('worker_threads') ? workerThreads().getEnvironmentData(SHARED) : undefined;
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
