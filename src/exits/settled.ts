/** Answers about a child that may have been made a moment ago. */

import { pause } from '../pause';
import type { Procfs } from '../procfs/procfs';
import { descendants } from './descendants';

/** Milliseconds after which a child that was running, most likely because it had just been made, is looked at again. */
const PAUSES_MS: readonly number[] = [2, 4, 8];

/** Where more hangs on the answer: a Node has started in some 50 ms, a Python in 30. */
export const UNTIL_STARTED_MS: readonly number[] = [...PAUSES_MS, 16, 32, 64];

/** One that is still starting waits for this and that: only of who has not run since is "no" the answer. */
export function settled(
  pid: number,
  procfs: Procfs,
  ask: () => boolean | undefined,
  pausesMs = PAUSES_MS,
): boolean | undefined {
  let slices = slicesOf(pid, procfs);
  let answer = ask();
  for (const ms of pausesMs) {
    if (answer === true) return true;
    pause(ms);
    const before = slices;
    slices = slicesOf(pid, procfs);
    if (answer === false && slices === before) return false;
    answer = ask();
  }
  return answer === true ? true : undefined;
}

/** How often a process, and those below it, have run. */
function slicesOf(pid: number, procfs: Procfs): number {
  let slices = 0;
  for (const one of [pid, ...descendants(pid, procfs)]) {
    for (const tid of procfs.threads(one) ?? []) slices += procfs.schedstat(one, tid)?.slices ?? 0;
  }
  return slices;
}
