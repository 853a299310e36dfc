/** Readings of `/proc/<pid>/fdinfo/<fd>` and `/proc/locks`. Pure; they never throw. */

import type { Lock } from '../model';
import { hexadecimal, number } from './parse-process';

/** A lock line with what tells one lock from another. */
export interface LockLine extends Lock {
  /** The number at the start of the line: a waiter (`->`) has the number of the lock that it waits for. */
  readonly id: number;
  /** `major:minor`, hexadecimal, of the file's file system. */
  readonly device: string;
  readonly start: string;
  readonly end: string;
}

/** Events of epoll_ctl(2). */
export const EPOLLIN = 1;
export const EPOLLOUT = 4;

/** A descriptor that an epoll set watches. */
export interface EpollEntry {
  readonly fd: number;
  /** `EPOLLIN`, `EPOLLOUT`, … as asked for. */
  readonly events: number;
  readonly inode?: number;
}

/** `/proc/<pid>/fdinfo/<fd>`. */
export interface DescriptorInfo {
  readonly position: number;
  readonly closeOnExec: boolean;
  readonly nonblocking: boolean;
  readonly append: boolean;
  readonly directory: boolean;
  readonly access: 'read' | 'write' | 'both';
  readonly inode?: number;
  readonly locks: readonly LockLine[];
  readonly epoll: readonly EpollEntry[];
  /** timerfd: nanoseconds until it fires, 0 where it is not armed. */
  readonly timerNanoseconds?: number;
  /** pidfd: the process; -1 once it is gone. */
  readonly watchedPid?: number;
  /** signalfd: its set, bit n-1 for signal n. */
  readonly signals?: bigint;
}

// open(2) flags as asm-generic/fcntl.h has them; O_DIRECTORY differs on ARM and PowerPC
const O_ACCMODE = 0o3;
const O_APPEND = 0o2000;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const O_DIRECTORY = /^(arm|ppc)/.test(process.arch) ? 0o40000 : 0o200000;

export function parseDescriptorInfo(text: string): DescriptorInfo | undefined {
  const flagText = /^flags:\s*([0-7]+)$/m.exec(text)?.[1];
  if (flagText === undefined) return undefined;
  const flags = Number.parseInt(flagText, 8);
  const inode = number(/^ino:\s*(\d+)$/m.exec(text)?.[1]);
  const locks: LockLine[] = [];
  const epoll: EpollEntry[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('lock:')) {
      const lock = parseLockLine(line.slice(5));
      if (lock) locks.push(lock);
    } else if (line.startsWith('tfd:')) {
      const entry = parseEpollEntry(line);
      if (entry) epoll.push(entry);
    }
  }
  const timer = /^it_value:\s*\((\d+), (\d+)\)$/m.exec(text);
  const watchedPid = number(/^Pid:\s*(-?\d+)$/m.exec(text)?.[1]);
  const signals = hexadecimal(/^sigmask:\s*([0-9a-f]+)$/m.exec(text)?.[1]);
  return {
    position: number(/^pos:\s*(-?\d+)$/m.exec(text)?.[1]) ?? 0,
    closeOnExec: (flags & O_CLOEXEC) !== 0,
    nonblocking: (flags & O_NONBLOCK) !== 0,
    append: (flags & O_APPEND) !== 0,
    directory: (flags & O_DIRECTORY) !== 0,
    access: accessOf(flags & O_ACCMODE),
    ...(inode !== undefined && { inode }),
    locks,
    epoll,
    ...(timer && { timerNanoseconds: Number(timer[1]) * 1e9 + Number(timer[2]) }),
    ...(watchedPid !== undefined && { watchedPid }),
    ...(signals !== undefined && { signals }),
  };
}

function accessOf(mode: number): DescriptorInfo['access'] {
  if (mode === 0) return 'read';
  return mode === 1 ? 'write' : 'both';
}

function parseEpollEntry(line: string): EpollEntry | undefined {
  const match = /^tfd:\s*(\d+)\s+events:\s*([0-9a-f]+)/.exec(line);
  if (!match) return undefined;
  const inode = /\bino:\s*([0-9a-f]+)/.exec(line)?.[1];
  return {
    fd: Number(match[1]),
    events: Number.parseInt(match[2]!, 16),
    ...(inode !== undefined && { inode: Number.parseInt(inode, 16) }),
  };
}

/** Bytes of the text that `flags:` begins with, for {@link closeOnExecIn}. */
const FLAGS = Buffer.from('flags:');

/** The close-on-exec bit straight from the bytes of an fdinfo file, for the path that every fork takes. */
export function closeOnExecIn(bytes: Buffer, length: number): boolean | undefined {
  const at = bytes.indexOf(FLAGS);
  if (at < 0 || at >= length) return undefined;
  let flags: number | undefined;
  for (let index = at + FLAGS.length; index < length; index++) {
    const digit = bytes[index]! - 48;
    if (digit >= 0 && digit < 8) flags = (flags ?? 0) * 8 + digit;
    else if (bytes[index] === 10) break;
  }
  return flags === undefined ? undefined : (flags & O_CLOEXEC) !== 0;
}

const LOCK =
  /^\s*(\d+):\s+(->\s+)?(FLOCK|OFDLCK|POSIX|LEASE|DELEG)\s+\S+\s+(READ|WRITE|UNLCK)\s+(-?\d+)\s+([0-9a-f]+:[0-9a-f]+):(\d+)\s+(\S+)\s+(\S+)\s*$/;

/** One line of `/proc/locks`, or what follows `lock:` in fdinfo (proc_locks(5), `fs/locks.c`). */
export function parseLockLine(line: string): LockLine | undefined {
  const match = LOCK.exec(line);
  if (!match) return undefined;
  return {
    id: Number(match[1]),
    ...(match[2] !== undefined && { waiting: true }),
    type: match[3] as Lock['type'],
    access: match[4] as Lock['access'],
    pid: Number(match[5]),
    device: match[6]!,
    inode: Number(match[7]),
    start: match[8]!,
    end: match[9]!,
  };
}

export function parseLocks(text: string): LockLine[] {
  const locks: LockLine[] = [];
  for (const line of text.split('\n')) {
    const lock = parseLockLine(line);
    if (lock) locks.push(lock);
  }
  return locks;
}
