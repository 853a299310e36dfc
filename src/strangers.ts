import { basename } from 'node:path';
import { now } from './clock';
import type { ProcessFacts } from './facts/fork';
import type { Ledger } from './ledger';
import type { Procfs } from './procfs/procfs';

/** A native fork that calls exec does so within microseconds; this many milliseconds later it has had its time. */
const LEAST_AGE_MS = 100;

/** Milliseconds between two looks at forks: in a burst of forks one look sees what all of them would. */
const LOOK_AGAIN_MS = 50;

/** Children that native code made: seen once they are suspects, seen again without exec they are certain. */
export class Strangers {
  readonly #suspects = new Map<number, { readonly startTime: number; readonly seen: number }>();
  #looked = -LOOK_AGAIN_MS;

  /** As `look`, unless the last look was just now. */
  lookAgain(procfs: Procfs, ledger: Ledger): boolean {
    const ms = now() - this.#looked;
    return ms < LOOK_AGAIN_MS ? this.#suspects.size > 0 : this.look(procfs, ledger);
  }

  /** Looks at the children of the calling thread. Tells whether there are suspects. */
  look(procfs: Procfs, ledger: Ledger): boolean {
    this.#looked = now();
    for (const pid of procfs.threadChildren() ?? []) {
      if (ledger.children.has(pid) || this.#suspects.has(pid)) continue;
      const stat = procfs.stat(pid);
      if (stat?.forkedWithoutExec && stat.state !== 'Z' && isOurs(pid, procfs)) {
        this.#suspects.set(pid, { startTime: stat.startTime, seen: now() });
      }
    }
    return this.#suspects.size > 0;
  }

  /** The suspects that still live, still without exec. */
  confirmed(procfs: Procfs): ProcessFacts[] {
    const certain: ProcessFacts[] = [];
    for (const [pid, { startTime, seen }] of this.#suspects) {
      const stat = procfs.stat(pid);
      if (stat?.startTime !== startTime || !stat.forkedWithoutExec || stat.state === 'Z')
        this.#suspects.delete(pid);
      else if (now() - seen >= LEAST_AGE_MS) {
        certain.push({
          pid,
          command: basename(process.execPath),
          state: stat.state,
          forkedWithoutExec: true,
          known: false,
        });
      }
    }
    return certain;
  }
}

/** Whether it runs the same program: a subshell that lived before its shell became Node does not. */
function isOurs(pid: number, procfs: Procfs): boolean {
  const program = procfs.executable(pid);
  return program !== undefined && program === procfs.executable('self');
}
