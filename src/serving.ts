import type { Procfs } from './procfs/procfs';

/** System calls of x86-64 and arm64 in which a thread waits for connections or for descriptors it names. */
const WAITING_CALLS: Record<string, ReadonlySet<number>> = {
  x64: new Set([43, 288, 7, 271, 23, 270]), // accept accept4 poll ppoll select pselect6
  arm64: new Set([202, 242, 73, 72]), // accept accept4 ppoll pselect6
};

/**
 * Whether a process waits for something on one of its descriptors: an epoll set has it, or a thread sits in
 * accept, poll or select (for which set is not read: any counts, so that the answer "no" is certain).
 * Undefined where the kernel did not say.
 */
export function serves(pid: number, fd: number, procfs: Procfs): boolean | undefined {
  for (const number of procfs.fds(pid) ?? []) {
    if (procfs.link(pid, number) !== 'anon_inode:[eventpoll]') continue;
    const epoll = procfs.descriptor(pid, number)?.epoll;
    if (!epoll) return undefined;
    if (epoll.some((entry) => entry.fd === fd)) return true;
  }
  const calls = WAITING_CALLS[process.arch];
  if (!calls) return undefined;
  for (const tid of procfs.threads(pid) ?? []) {
    const call = procfs.syscall(pid, tid);
    if (!call || call.running) return undefined;
    if (calls.has(call.number)) return true;
  }
  return false;
}
