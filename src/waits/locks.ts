/** Who holds the lock that a thread waits for. */

import type { Picture } from './picture';

export interface LockHolders {
  readonly path: string;
  readonly holders: readonly number[];
  readonly proof: string[];
}

/**
 * `/proc/locks` has a line for the waiter under the lock that blocks it. A POSIX lock belongs to the process on its
 * line; a flock or OFD lock belongs to the open file description, and so to everybody whose fdinfo shows it.
 */
export function lockHolders(picture: Picture, pid: number, fd: number): LockHolders | undefined {
  const file = picture.descriptor(pid, fd);
  if (!file?.inode) return undefined;
  const locks = picture.locks();
  const waits = locks.some((lock) => lock.waiting && lock.pid === pid && lock.inode === file.inode);
  const held = locks.filter((lock) => !lock.waiting && lock.inode === file.inode);
  const blocking = held[0];
  // inside a pid namespace a lock whose taker is gone has no line: fdinfo still shows it
  if (!waits && blocking) return undefined;
  const holders = new Set<number>();
  const proof = blocking
    ? [`/proc/locks: pid ${pid} waits for the ${blocking.type} lock on inode ${file.inode}`]
    : [];
  for (const lock of held) if (lock.type === 'POSIX' && lock.pid > 0) holders.add(lock.pid);
  for (const { pid: other, fd: number } of picture.holders.of(file.target)) {
    const locked = picture
      .descriptor(other, number)
      ?.locks.find((lock) => lock.type !== 'POSIX' && !lock.waiting);
    if (!locked) continue;
    holders.add(other);
    proof.push(
      `/proc/${other}/fdinfo/${number}: lock: ${locked.type} ${locked.access} on inode ${locked.inode}`,
    );
  }
  return holders.size > 0 ? { path: file.target, holders: [...holders], proof } : undefined;
}
