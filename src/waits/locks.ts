/** Who holds the lock that a thread waits for. */

import type { LockLine } from '../procfs/parse-descriptor';
import type { Picture } from './picture';

export interface LockHolders {
  readonly path: string;
  readonly holders: readonly number[];
  readonly proof: string[];
}

/**
 * `/proc/locks` has a line for the waiter under the lock that blocks it, with the number of that lock (proc(5)): others
 * may hold other parts of the file. A POSIX lock belongs to the process on its line; a flock or OFD lock belongs to the
 * open file description, and so to everybody whose fdinfo shows it.
 */
export function lockHolders(picture: Picture, pid: number, fd: number): LockHolders | undefined {
  const file = picture.descriptor(pid, fd);
  if (!file?.inode) return undefined;
  const lines = picture.locks().filter(({ inode }) => inode === file.inode);
  const waited = new Set(lines.filter((line) => line.waiting && line.pid === pid).map(({ id }) => id));
  const blocking = lines.filter(({ waiting, id }) => !waiting && waited.has(id));
  // inside a pid namespace a lock whose taker is gone has no line: fdinfo still shows it
  if (blocking.length === 0 && lines.some(({ waiting }) => !waiting)) return undefined;
  const holders = new Set<number>();
  const proof = blocking.map(
    (lock) =>
      `/proc/locks: pid ${pid} waits for the ${lock.type} lock on inode ${file.inode}${bytesOf(lock)}`,
  );
  for (const { type, pid: owner } of blocking) if (type === 'POSIX' && owner > 0) holders.add(owner);
  for (const { pid: other, fd: number } of picture.holders.of(file.target)) {
    const locked = picture.descriptor(other, number)?.locks.find((lock) => isHeld(lock, blocking));
    if (!locked) continue;
    holders.add(other);
    proof.push(
      `/proc/${other}/fdinfo/${number}: lock: ${locked.type} ${locked.access} on inode ${locked.inode}`,
    );
  }
  return holders.size > 0 ? { path: file.target, holders: [...holders], proof } : undefined;
}

/** Whether an open file description has one of these locks; any, where none of them is known. */
function isHeld(lock: LockLine, blocking: readonly LockLine[]): boolean {
  if (lock.type === 'POSIX' || lock.waiting) return false;
  if (blocking.length === 0) return true;
  return blocking.some(
    ({ type, inode, start, end }) =>
      type === lock.type && inode === lock.inode && start === lock.start && end === lock.end,
  );
}

function bytesOf({ start, end }: LockLine): string {
  return start === '0' && end === 'EOF' ? '' : `, bytes ${start} to ${end}`;
}
