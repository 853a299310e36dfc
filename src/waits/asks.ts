import type { RawDescriptor } from '../procfs/procfs';
import { plainAddress as plain } from './cluster';
import type { Scene } from './scene';

/**
 * Whether a process has asked a blocked process something that it has not even heard: one of its connections is not
 * accepted there, or what it has sent lies unread. A connection on which nothing lies may be kept for later.
 */
export function asks({ picture, self, peerOf }: Scene, pid: number, set: RawDescriptor | undefined): boolean {
  if (self === undefined) return false;
  const rows = [...picture.sockets.rows('tcp'), ...picture.sockets.rows('tcp6')];
  return (set?.epoll ?? []).some(({ fd }) => {
    const inode = picture.descriptor(pid, fd)?.inode;
    if (inode === undefined) return false;
    const own = rows.find((row) => row.inode === inode);
    // how much lies unread in a UNIX socket nobody tells; 0 is the other end of one that is not accepted
    if (!own) return picture.sockets.find(inode)?.protocol === 'unix' && peerOf?.(inode) === 0;
    if (own.state !== 'established') return false;
    const [local, remote] = [plain(own.local), plain(own.remote)];
    const twin = rows.find((row) => plain(row.local) === remote && plain(row.remote) === local);
    if (!twin) return false;
    if (twin.inode === 0) return true;
    const holders = picture.holders.of(`socket:[${twin.inode}]`);
    return (twin.receiveQueue ?? 0) > 0 && holders.some((holder) => holder.pid === self);
  });
}
