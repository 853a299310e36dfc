import type { Procfs } from '../procfs/procfs';
import { decode } from '../waits/syscalls';
import { descendants } from './descendants';

/** Calls that name the descriptor they wait for in their first argument, and calls that wait for a set of them. */
interface Calls {
  readonly one: ReadonlySet<number>;
  readonly set: ReadonlySet<number>;
}

// asm/unistd_64.h and asm-generic/unistd.h
const CALLS: Readonly<Record<string, Calls>> = {
  x64: {
    // read write readv writev accept sendto recvfrom sendmsg recvmsg splice accept4 recvmmsg
    one: new Set([0, 1, 19, 20, 43, 44, 45, 46, 47, 275, 288, 299]),
    set: new Set([7, 23, 270, 271, 426]), // poll select pselect6 ppoll io_uring_enter
  },
  arm64: {
    // read write readv writev splice accept sendto recvfrom sendmsg recvmsg accept4 recvmmsg
    one: new Set([63, 64, 65, 66, 76, 202, 206, 207, 211, 212, 242, 243]),
    set: new Set([72, 73, 426]), // pselect6 ppoll io_uring_enter
  },
};

/** Whether a descriptor of a process is one of those that are asked about. */
export type IsTarget = (target: string, pid: number, fd: number) => boolean;

/**
 * Whether a process, or one below it, waits on a descriptor with such a target: an epoll set has it, or a
 * thread sits in a read, write or accept of it, or in a poll or select with it (any counts whose set cannot be read, so
 * that the answer "no" is certain). Undefined where the kernel did not say, or a thread was running.
 */
export function awaits(pid: number, isTarget: IsTarget, procfs: Procfs): boolean | undefined {
  let known = true;
  for (const one of [pid, ...descendants(pid, procfs)]) {
    const answer = awaitsItself(one, isTarget, procfs);
    if (answer) return true;
    if (answer === undefined) known = false;
  }
  return known ? false : undefined;
}

function awaitsItself(pid: number, isTarget: IsTarget, procfs: Procfs): boolean | undefined {
  const open = procfs.fds(pid);
  if (!open) return undefined;
  const links = new Map(open.map((fd) => [fd, procfs.link(pid, fd) ?? '']));
  const numbers = new Set(open.filter((fd) => isTarget(links.get(fd) ?? '', pid, fd)));
  if (numbers.size === 0) return false;
  let known = true;
  for (const [fd, target] of links) {
    if (target !== 'anon_inode:[eventpoll]') continue;
    const epoll = procfs.descriptor(pid, fd)?.epoll;
    if (!epoll) known = false;
    else if (epoll.some((entry) => numbers.has(entry.fd))) return true;
  }
  const calls = CALLS[process.arch];
  if (!calls) return undefined;
  for (const tid of procfs.threads(pid) ?? []) {
    const call = procfs.syscall(pid, tid);
    if (!call || call.running) known = false;
    else if (calls.set.has(call.number)) {
      const sleep = decode(call, (address, length) => procfs.bytesAt(pid, address, length));
      if (sleep.kind === 'unknown') return true;
      if (sleep.kind !== 'descriptors') continue;
      if ([...sleep.reads, ...sleep.writes].some((fd) => numbers.has(fd))) return true;
    } else if (calls.one.has(call.number) && numbers.has(Number(call.args[0]))) return true;
  }
  return known ? false : undefined;
}

/**
 * Whether the only socket or pipe to somebody else that a process waits for is `target`: all its epoll sets have
 * nothing but this, pipes to itself and counters of the kernel, and it has no listener or terminal in them.
 */
export function awaitsOnly(pid: number, target: string, procfs: Procfs): boolean {
  const links = new Map((procfs.fds(pid) ?? []).map((fd) => [fd, procfs.link(pid, fd) ?? '']));
  const count = (wanted: string) => [...links.values()].filter((link) => link === wanted).length;
  let found = false;
  for (const [fd, link] of links) {
    if (link !== 'anon_inode:[eventpoll]') continue;
    const epoll = procfs.descriptor(pid, fd)?.epoll;
    if (!epoll) return false;
    for (const entry of epoll) {
      const watched = links.get(entry.fd);
      if (watched === target) found = true;
      else if (!watched?.startsWith('anon_inode:') && !(watched?.startsWith('pipe:') && count(watched) > 1))
        return false;
    }
  }
  return found;
}
