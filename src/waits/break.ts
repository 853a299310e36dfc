/** `FORKGUARD_BREAK=1`: ends the child of a call that is proven stuck, so that the call returns. */

import { pause } from '../pause';
import type { Procfs } from '../procfs/procfs';
import type { BlockedThread } from './notes';

/** How long a child has to end by itself after SIGTERM, in milliseconds. */
const GRACE_MS = 300;

export function breakCall(procfs: Procfs, note: BlockedThread): void {
  const tree = (procfs.children(note.pid, note.tid) ?? []).filter((pid) => !note.call.earlier?.includes(pid));
  // whoever holds the pipes keeps the call waiting as well
  for (let at = 0; at < tree.length && at < 256; at++) tree.push(...(procfs.children(tree[at]!) ?? []));
  const born = new Map(tree.map((pid) => [pid, procfs.stat(pid)?.startTime]));
  const lives = (pid: number) => {
    const stat = procfs.stat(pid);
    return stat !== undefined && stat.startTime === born.get(pid) && !'ZX'.includes(stat.state);
  };
  signal(tree.filter(lives), 'SIGTERM');
  pause(GRACE_MS);
  signal(tree.filter(lives), 'SIGKILL');
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // it has ended meanwhile
    }
  }
}
