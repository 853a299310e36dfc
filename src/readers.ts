import type { Reader } from './facts/fork';
import { EPOLLIN } from './procfs/parse-descriptor';
import type { Procfs } from './procfs/procfs';
import { decode } from './waits/syscalls';

/** More processes than this below one child are not looked at. */
const MOST = 32;

/**
 * A process that waits for input on an open file description: `pid` or one below it. That a process merely has
 * the descriptor says nothing: most programs never read the stdin that they inherit.
 */
export function findReader(pid: number, target: string, procfs: Procfs): Reader | undefined {
  const queue = [pid];
  for (let at = 0; at < queue.length && at < MOST; at++) {
    const one = queue[at]!;
    const reading = readingOf(one, target, procfs);
    if (reading) return { pid: one, command: procfs.comm(one) ?? '', seen: true, proof: reading };
    queue.push(...(procfs.children(one) ?? []));
  }
  return undefined;
}

function readingOf(pid: number, target: string, procfs: Procfs): string[] | undefined {
  const mine = (procfs.fds(pid) ?? []).filter((fd) => procfs.link(pid, fd) === target);
  if (mine.length === 0) return undefined;
  for (const fd of procfs.fds(pid) ?? []) {
    if (procfs.link(pid, fd) !== 'anon_inode:[eventpoll]') continue;
    const watched = procfs
      .descriptor(pid, fd)
      ?.epoll.find((entry) => mine.includes(entry.fd) && entry.events & EPOLLIN);
    if (watched)
      return [`/proc/${pid}/fdinfo/${fd}: an epoll set that watches descriptor ${watched.fd} for input`];
  }
  for (const tid of procfs.threads(pid) ?? []) {
    const call = procfs.syscall(pid, tid);
    const sleep = call && decode(call, (address, length) => procfs.bytesAt(pid, address, length));
    if (sleep?.kind !== 'descriptors') continue;
    const fd = sleep.reads.find((one) => mine.includes(one));
    if (fd !== undefined) return [`/proc/${pid}/syscall: ${sleep.name} on descriptor ${fd}`];
  }
  return undefined;
}
