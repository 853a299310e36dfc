import type { Procfs } from '../procfs/procfs';

/** More processes below a child than this are not looked at. */
const MOST = 64;

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
