/** What a child has of this process: descriptors of both, and listening sockets that only the child has any more. */

import { describe } from '../crossings';
import type { KeptListener, SharedDescriptor } from '../facts/exit';
import type { Procfs } from '../procfs/procfs';
import type { SnapshotContext } from '../snapshot';
import { awaits } from './awaiting';
import { settled, UNTIL_STARTED_MS } from './settled';

/** The descriptors of the child that are open file descriptions of ours: same socket, same pipe. */
export function sharedWith(pid: number, context: SnapshotContext): SharedDescriptor[] {
  const { procfs } = context;
  const ours = new Map<string, number>();
  for (const fd of procfs.fds('self') ?? []) {
    const target = procfs.link('self', fd);
    if (target && /^(socket|pipe):\[/.test(target) && !ours.has(target)) ours.set(target, fd);
  }
  const journal = journalSocket();
  const shared: SharedDescriptor[] = [];
  for (const childFd of procfs.fds(pid) ?? []) {
    const target = procfs.link(pid, childFd);
    if (target === undefined || target === journal) continue;
    // of several numbers for one thing the same as there, which it leaked from, or the lowest, which may be stdout
    const fd = procfs.link('self', childFd) === target ? childFd : ours.get(target);
    const descriptor = fd === undefined ? undefined : describe(fd, context);
    if (!descriptor) continue;
    const proof = [`/proc/self/fd/${fd} and /proc/${pid}/fd/${childFd} -> ${target}`];
    shared.push({
      childFd,
      descriptor,
      get served() {
        return isServed(pid, target, procfs);
      },
      proof,
    });
  }
  return shared;
}

/** Listening sockets that the child was passed, and that are no descriptors of ours any more. */
export function keptBy(pid: number, { procfs, ledger, sockets }: SnapshotContext): KeptListener[] {
  return (ledger.children.get(pid)?.fork.stdio ?? []).flatMap(({ fd: childFd, type }) => {
    const target = type === 'fd' ? procfs.link(pid, childFd) : undefined;
    const handed = target === undefined ? undefined : ledger.handedOver(target);
    if (target === undefined || !handed || isOpenHere(target, procfs)) return [];
    const socket = sockets.find(Number(/\d+/.exec(target)?.[0]));
    // closing a UNIX socket has removed its name: the next start is free to have it
    if (socket?.state !== 'listen' || socket.protocol === 'unix') return [];
    return {
      childFd,
      socket,
      opened: handed.opened,
      get served() {
        return isServed(pid, target, procfs);
      },
      proof: [`/proc/${pid}/fd/${childFd} -> ${target}, which no descriptor of this process is any more`],
    };
  });
}

/** Whether the child waits on it; asked when a rule needs it, because that may take a while. */
function isServed(pid: number, target: string, procfs: Procfs): boolean | undefined {
  return settled(pid, procfs, () => awaits(pid, (other) => other === target, procfs), UNTIL_STARTED_MS);
}

/** systemd's journal, as it names the socket that is stdout or stderr of a service (systemd.exec(5)): it waits for nobody. */
function journalSocket(): string | undefined {
  const inode = process.env.JOURNAL_STREAM?.split(':')[1];
  return inode && `socket:[${inode}]`;
}

function isOpenHere(target: string, procfs: Procfs): boolean {
  return (procfs.fds('self') ?? []).some((fd) => procfs.link('self', fd) === target);
}
