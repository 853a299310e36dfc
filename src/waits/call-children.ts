import { isAlive } from '../procfs/parse-process';
import type { Procfs, RawDescriptor } from '../procfs/procfs';
import type { BlockedThread } from './notes';
import type { Picture } from './picture';

/** The children that a blocked call has made: those of its thread that were not there before it. */
export function callChildren(procfs: Procfs, note: BlockedThread): number[] {
  const children = procfs.children(note.pid, note.tid) ?? [];
  return children.filter((child) => !note.call.earlier?.includes(child) && isAlive(procfs.stat(child)));
}

/** Those who hold the other end of a pipe or of a pair of sockets that this process made for a child. */
export function otherEnd(picture: Picture, pid: number, end: RawDescriptor) {
  if (end.kind === 'pipe') return picture.holders.of(end.target).filter((holder) => holder.pid !== pid);
  // socketpair(2) numbers its two inodes one after the other, the child's end second
  if (end.kind !== 'socket' || end.inode === undefined) return [];
  if (picture.sockets.find(end.inode)?.protocol !== 'unix') return [];
  return picture.holders.of(`socket:[${end.inode + 1}]`).filter((holder) => holder.pid !== pid);
}
