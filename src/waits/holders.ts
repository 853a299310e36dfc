/** Who holds which pipe or socket: one look at the descriptor tables of every process that can be read. */

import type { Procfs } from '../procfs/procfs';

export interface Holder {
  readonly pid: number;
  readonly fd: number;
}

export interface Holders {
  /** Those who hold `pipe:[12]`, `socket:[12]`, `/tmp/lock`. */
  of(target: string): readonly Holder[];
  /**
   * Processes whose tables cannot be read, and that could have got a descriptor from the given session: anything
   * may be in them.
   */
  hidden(session: number, since: number): readonly number[];
}

export function createHolders(procfs: Procfs): Holders {
  let index: Map<string, Holder[]> | undefined;
  const unreadable: number[] = [];

  function load(): Map<string, Holder[]> {
    if (index) return index;
    index = new Map();
    for (const pid of procfs.processes() ?? []) {
      const targets = procfs.targets(pid);
      if (targets === undefined) {
        unreadable.push(pid);
        continue;
      }
      for (const [fd, target] of targets) {
        const known = index.get(target);
        if (known) known.push({ pid, fd });
        else index.set(target, [{ pid, fd }]);
      }
    }
    return index;
  }

  return {
    of: (target) => load().get(target) ?? [],
    hidden(session, since) {
      load();
      return unreadable.filter((pid) => {
        const stat = procfs.stat(pid);
        return stat !== undefined && stat.session === session && stat.startTime >= since;
      });
    },
  };
}
