import { isAlive } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';

/** More processes below a child than this are not looked at. */
const MOST = 64;

/** A process for good: its pid with its start time. */
export interface Member {
  readonly pid: number;
  readonly startTime: number;
}

/** Living processes below `pid`, children before grandchildren. */
export function descendants(pid: number, procfs: Procfs): number[] {
  const found: number[] = [];
  let level = procfs.children(pid) ?? [];
  while (level.length > 0 && found.length < MOST) {
    found.push(...level);
    level = level.flatMap((child) => procfs.children(child) ?? []);
  }
  return found.slice(0, MOST);
}

/** Those of the processes that have not ended. */
export function members(pids: readonly number[], procfs: Procfs): Member[] {
  return pids.flatMap((pid) => {
    const stat = procfs.stat(pid);
    return isAlive(stat) ? { pid, startTime: stat.startTime } : [];
  });
}
