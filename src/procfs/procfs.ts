/**
 * What the kernel says about processes, threads and descriptors: proc(5), read from a given root. Nothing here
 * throws; what could not be read is `undefined`, and the reason waits in `failures()` unless the process or the
 * descriptor is simply gone.
 */

import { escapeText } from '../escape';
import type { DescriptorKind, Gap } from '../model';
import {
  closeOnExecIn,
  type DescriptorInfo,
  type LockLine,
  parseDescriptorInfo,
  parseLocks,
} from './parse-descriptor';
import { type Mapping, parseExcludedBytes, parseMaps } from './parse-memory';
import {
  numbers,
  type ProcessLimits,
  type ProcessStat,
  type ProcessStatus,
  parseCommandLine,
  parseLimits,
  parseSchedstat,
  parseStat,
  parseStatus,
  parseSyscall,
  parseTimers,
  parseTransfers,
  type RunCounter,
  type SystemCall,
} from './parse-process';
import { createReader, type Target } from './read';
import { createSocketTable, type SocketTable } from './sockets';

export type { Target } from './read';

/** A descriptor as the kernel tells it; the snapshot joins it with what the program knows. */
export interface RawDescriptor extends DescriptorInfo {
  readonly fd: number;
  readonly kind: DescriptorKind;
  /** What `/proc/<pid>/fd/<fd>` links to, control characters escaped. */
  readonly target: string;
}

export interface ProcessMemory {
  readonly residentBytes: number;
  readonly pageTableBytes: number;
  /** Resident bytes that a fork need not copy. Only where asked for: reading smaps takes 27 ms at 1 GB. */
  readonly excludedBytes?: number;
}

export interface Procfs {
  readonly root: string;
  /** Gaps since the last call; each distinct one is given out once. */
  failures(): Gap[];
  /** Open descriptors, ascending. Those of 'self' without the one that the reading itself opens. */
  fds(pid: Target): number[] | undefined;
  /** How many descriptors are open, in 3 µs; undefined before Linux 6.2, where the kernel does not say. */
  openCount(pid: Target): number | undefined;
  link(pid: Target, fd: number): string | undefined;
  /**
   * What every descriptor of a process links to, for a search through all processes: that one of them belongs to
   * somebody else is an answer there, not a gap.
   */
  targets(pid: number): ReadonlyMap<number, string> | undefined;
  descriptor(pid: Target, fd: number): RawDescriptor | undefined;
  /** Whether a descriptor of this process has close-on-exec; the quick way, for the path that every fork takes. */
  closeOnExec(fd: number): boolean | undefined;
  stat(pid: Target, tid?: number): ProcessStat | undefined;
  status(pid: Target, tid?: number): ProcessStatus | undefined;
  /** Living and zombie children, of one thread or of all. */
  children(pid: Target, tid?: number): number[] | undefined;
  /** Living and zombie children that the calling thread made. */
  threadChildren(): number[] | undefined;
  threads(pid: Target): number[] | undefined;
  /** The kernel's number of the calling thread. */
  threadSelf(): number | undefined;
  /** Every process that this user can see. */
  processes(): number[] | undefined;
  comm(pid: Target, tid?: number): string | undefined;
  /** The arguments, control characters escaped. Not redacted. */
  commandLine(pid: Target): string[] | undefined;
  /** The program's file. */
  executable(pid: Target): string | undefined;
  /** `NAME=value` pairs the process was started with. To compare only: values are never shown to anybody. */
  environment(pid: Target): string[] | undefined;
  /** Seconds since boot. */
  uptime(): number | undefined;
  /** The number that a process or thread was given last: after the highest, numbers begin again (proc(5), loadavg). */
  lastNumber(): number | undefined;
  wchan(pid: Target, tid?: number): string | undefined;
  syscall(pid: Target, tid?: number): SystemCall | undefined;
  schedstat(pid: Target, tid?: number): RunCounter | undefined;
  /** How many reads and writes a process has made. */
  transfers(pid: Target): number | undefined;
  limits(pid: Target): ProcessLimits | undefined;
  timers(pid: Target): number | undefined;
  /** Bytes of another process's memory; needs the right to trace it (ptrace(2), "access mode checking"). */
  bytesAt(pid: Target, address: bigint, length: number): Buffer | undefined;
  maps(pid: Target): Mapping[] | undefined;
  /** All locks and their waiters, those of other users too. */
  locks(): LockLine[] | undefined;
  /** Sockets of the network namespace of a process, read when first asked for and kept in the returned table. */
  sockets(pid?: Target): SocketTable;
  memory(pid: Target, options?: { readonly excluded?: boolean }): ProcessMemory | undefined;
}

export function createProcfs(root = '/proc'): Procfs {
  const reader = createReader(root);

  const of = (pid: Target, name: string, tid?: number) =>
    tid === undefined ? `${root}/${pid}/${name}` : `${root}/${pid}/task/${tid}/${name}`;
  function read<T>(path: string, parse: (text: string) => T): T | undefined {
    const text = reader.text(path);
    return text === undefined ? undefined : parse(text);
  }

  function children(pid: Target, tid?: number): number[] | undefined {
    if (tid !== undefined) return read(of(pid, 'children', tid), numbers);
    const tids = threads(pid);
    return tids?.flatMap((id) => read(of(pid, 'children', id), numbers) ?? []);
  }

  function threads(pid: Target): number[] | undefined {
    return reader.list(`${root}/${pid}/task`)?.map(Number);
  }

  function link(pid: Target, fd: number): string | undefined {
    const target = reader.link(`${root}/${pid}/fd/${fd}`);
    return target === undefined ? undefined : escapeText(target);
  }

  function kindOf(pid: Target, fd: number, target: string, info: DescriptorInfo): DescriptorKind {
    if (target.startsWith('pipe:[')) return 'pipe';
    if (target.startsWith('socket:[')) return 'socket';
    if (target.startsWith('anon_inode:')) return 'anonymous';
    if (/^\/dev\/(pts\/|ptmx|tty|pty)/.test(target)) return 'pty';
    if (info.directory) return 'directory';
    const stats = reader.stat(`${root}/${pid}/fd/${fd}`);
    if (stats?.isFIFO()) return 'pipe';
    if (stats?.isSocket()) return 'socket';
    if (stats?.isDirectory()) return 'directory';
    return stats?.isCharacterDevice() || stats?.isBlockDevice() ? 'device' : 'file';
  }

  return {
    root,
    failures: reader.failures,
    children,
    threads,
    threadSelf() {
      const tid = Number(reader.link(`${root}/thread-self`)?.split('/').pop());
      return Number.isInteger(tid) ? tid : undefined;
    },
    link,
    fds(pid) {
      const path = `${root}/${pid}/fd`;
      // the lowest free number: the one that readdir is about to open the directory as
      const own = pid === 'self' ? reader.nextDescriptor(path) : undefined;
      const names = reader.list(path);
      if (names === undefined) return undefined;
      const open: number[] = [];
      for (const name of names) {
        const fd = Number(name);
        if (fd !== own) open.push(fd);
      }
      return open.sort((a, b) => a - b);
    },
    openCount(pid) {
      return reader.stat(`${root}/${pid}/fd`)?.size || undefined;
    },
    targets(pid) {
      const links = reader.links(`${root}/${pid}/fd`);
      return links && new Map([...links].map(([name, target]) => [Number(name), escapeText(target)]));
    },
    descriptor(pid, fd) {
      const target = link(pid, fd);
      const info = read(`${root}/${pid}/fdinfo/${fd}`, parseDescriptorInfo);
      if (target === undefined || info === undefined) return undefined;
      const inode = info.inode ?? Number(/^(?:pipe|socket):\[(\d+)\]$/.exec(target)?.[1] ?? Number.NaN);
      return {
        ...info,
        fd,
        kind: kindOf(pid, fd, target, info),
        target,
        ...(Number.isInteger(inode) && { inode }),
      };
    },
    closeOnExec(fd) {
      const length = reader.head(`${root}/self/fdinfo/${fd}`);
      return length === undefined ? undefined : closeOnExecIn(reader.buffer, length);
    },
    stat: (pid, tid) => read(of(pid, 'stat', tid), parseStat),
    status: (pid, tid) => read(of(pid, 'status', tid), parseStatus),
    threadChildren: () => read(`${root}/thread-self/children`, numbers),
    processes: () =>
      reader
        .list(root)
        ?.filter((name) => /^\d+$/.test(name))
        .map(Number),
    comm: (pid, tid) => read(of(pid, 'comm', tid), (text) => escapeText(text.replace(/\n$/, ''))),
    commandLine: (pid) =>
      read(of(pid, 'cmdline'), (text) => parseCommandLine(text).map((word) => escapeText(word))),
    executable(pid) {
      const path = reader.link(of(pid, 'exe'));
      return path === undefined ? undefined : escapeText(path);
    },
    environment: (pid) => read(of(pid, 'environ'), (text) => text.split('\0')),
    uptime: () => read(`${root}/uptime`, (text) => Number.parseFloat(text) || undefined),
    lastNumber: () => read(`${root}/loadavg`, (text) => Number(text.trim().split(' ')[4]) || undefined),
    wchan: (pid, tid) => read(of(pid, 'wchan', tid), (text) => (/^\w[\w.]*$/.test(text) ? text : undefined)),
    syscall: (pid, tid) => read(of(pid, 'syscall', tid), parseSyscall),
    schedstat: (pid, tid) => read(of(pid, 'schedstat', tid), parseSchedstat),
    limits: (pid) => read(of(pid, 'limits'), parseLimits),
    transfers: (pid) => read(of(pid, 'io'), parseTransfers),
    timers: (pid) => read(of(pid, 'timers'), parseTimers),
    bytesAt: (pid, address, length) => reader.bytes(of(pid, 'mem'), address, length),
    maps: (pid) => read(of(pid, 'maps'), parseMaps),
    locks: () => read(`${root}/locks`, parseLocks),
    sockets: (pid = 'self') => createSocketTable((name) => reader.text(of(pid, `net/${name}`))),
    memory(pid, options) {
      const status = read(of(pid, 'status'), parseStatus);
      if (!status) return undefined;
      const excludedBytes = options?.excluded ? read(of(pid, 'smaps'), parseExcludedBytes) : undefined;
      return {
        residentBytes: status.residentBytes,
        pageTableBytes: status.pageTableBytes,
        ...(excludedBytes !== undefined && { excludedBytes }),
      };
    },
  };
}
