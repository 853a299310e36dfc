/** Listeners of a cluster: the workers serve them, and their primary holds them. */

import { EPOLLIN } from '../procfs/parse-descriptor';
import type { Holder } from './holders';
import type { Picture } from './picture';
import type { Scene } from './scene';

/** `[::ffff:127.0.0.1]:80` is `127.0.0.1:80`. */
export function plainAddress(address: string): string {
  return address.replace(/^\[::ffff:([\d.]+)\]/, '$1');
}

/** Whether a connection to an address, or to a UNIX path, comes to a listener. Addresses are plain. */
export function reachesListener(listener: string, address: string): boolean {
  const port = address.slice(address.lastIndexOf(':'));
  return listener === address || listener === `0.0.0.0${port}` || listener === `[::]${port}`;
}

/**
 * Whether the primary of our cluster holds a descriptor for its workers only: the listener that it opened for them
 * (`SCHED_NONE`), or a connection that it has accepted for one (`SCHED_RR`), and that it keeps until the worker has
 * it: lib/internal/cluster/round_robin_handle.js. It reads neither: no epoll set of its has them.
 */
export function isHeldForWorkers({ blocked, picture }: Scene, { pid, fd }: Holder, address: string): boolean {
  const ours = blocked.some(
    (note) =>
      note.primary === pid && note.listeners.some((one) => reachesListener(plainAddress(one.label), address)),
  );
  const sets = ours ? picture.epollSets(pid) : [];
  return sets.length > 0 && !sets.some((set) => set.epoll.some((entry) => entry.fd === fd));
}

/**
 * Whether a process sleeps in its event loop until something comes from its parent: then nothing is on its way to
 * it, and it has answered what it was sent. A primary gives a worker one connection at a time, and the next one when
 * the worker has answered.
 */
export function hasEmptyChannel(picture: Picture, pid: number, parent: number): boolean {
  const main = picture.process(pid)?.threads?.find(({ tid }) => tid === pid);
  if (main?.state !== 'S' || main.sleep.kind !== 'epoll') return false;
  const set = picture.descriptor(pid, main.sleep.fd)?.epoll ?? [];
  return set.some(({ fd, events }) => {
    const inode = picture.descriptor(pid, fd)?.inode;
    if (!(events & EPOLLIN) || inode === undefined) return false;
    // libuv makes the pair for the child: its end is the second
    return picture.holders.of(`socket:[${inode - 1}]`).some((holder) => holder.pid === parent);
  });
}
