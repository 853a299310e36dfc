import type { MemoryFacts } from '../facts/fork';
import type { Rule } from './rule';
import { childOf } from './words';

/** Milliseconds that copying the page tables of a gibibyte takes on machines of our time: 25 to 110 were measured. */
const MS_PER_GIB = 25;
const GIB = 2 ** 30;

/**
 * ### What it reports
 * A fork that blocked the event loop for `FORKGUARD_SLOW_FORK_MS` (20 ms) or more because this process has much
 * memory.
 *
 * ### Why
 * fork(2) copies the page tables of the parent, about 40 ms for each GB of Buffers, and `spawn` does not return
 * before the child has called exec. The dearer half comes afterwards: all pages are write-protected, so each that
 * the parent writes again costs a page fault, together about 190 ms for each GB. The V8 heap is excluded already
 * (`MADV_DONTFORK`).
 *
 * ### Certain because
 * The time was measured around the call, and the memory that a fork copies (resident, less what smaps marks `dc`)
 * explains at least half of the limit: on a loaded machine time alone would mislead. `*Sync` calls are not
 * measured: they block until the child has ended anyway.
 *
 * ### Example
 * ```js
 * const cache = Buffer.alloc(2 ** 31, 1);
 * spawn('true'); // blocks for 80 ms
 * ```
 *
 * ### Instead
 * `GLIBC_TUNABLES=glibc.malloc.hugetlb=1 node app.js` (169 to 11 ms at 4 GB, no change of code); large caches in
 * `WebAssembly.Memory`, which a fork does not copy; or fork a small process early and let it start the children.
 */
export const slowForks: Rule = {
  name: 'slow-forks',
  severity: 'warning',
  summary: 'fork copied the page tables of much memory and blocked the event loop',
  *aftermath(snapshot) {
    const { moment, slowForkMs, minorFaults } = snapshot;
    const { blockedMs } = moment;
    if (moment.blocking || blockedMs === undefined || blockedMs < slowForkMs) return;
    const memory = snapshot.memory();
    if (!memory) return;
    const copied = memory.residentBytes - (memory.excludedBytes ?? 0);
    if ((copied / GIB) * MS_PER_GIB < slowForkMs / 2) return;
    yield {
      what: `forking ${childOf(moment)} blocked this thread for ${Math.round(blockedMs)} ms`,
      forked: moment.forked,
      why: `fork copies the page tables of ${gib(copied)} GiB that this process has in memory, and the event loop stands still until that is done; afterwards each of these pages costs a page fault when it is written again`,
      help: 'start Node with `GLIBC_TUNABLES=glibc.malloc.hugetlb=1`; or keep large data in `WebAssembly.Memory`, which is not copied; or fork a small process early that starts the children',
      proof: [
        `the call took ${blockedMs.toFixed(1)} ms (limit ${slowForkMs} ms)`,
        ...proofOf(memory, copied),
        `${minorFaults} minor page faults since (getrusage), at about 0.7 µs each`,
      ],
      subject: 'slow fork',
      fork: moment.id,
      child: moment.child,
    };
  },
};

function proofOf(memory: MemoryFacts, copied: number): string[] {
  const { residentBytes, pageTableBytes, excludedBytes } = memory;
  const lines = [
    `/proc/self/status: VmRSS ${gib(residentBytes)} GiB, VmPTE ${Math.round(pageTableBytes / 1024)} kB`,
  ];
  if (excludedBytes !== undefined) {
    lines.push(
      `/proc/self/smaps: ${gib(excludedBytes)} GiB are not copied (VmFlags dc), ${gib(copied)} GiB are`,
    );
  }
  return lines;
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(1);
}
