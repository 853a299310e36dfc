/**
 * What a sleeping thread sleeps in: `/proc/<pid>/syscall` with the arguments that lie in the thread's memory.
 * Pure: memory is read by a function that is given. Calls that are not in the table are unknown.
 */

import type { SystemCall } from '../procfs/parse-process';

type CallName =
  | 'read'
  | 'write'
  | 'poll'
  | 'ppoll'
  | 'select'
  | 'pselect6'
  | 'epoll_wait'
  | 'epoll_pwait2'
  | 'nanosleep'
  | 'connect'
  | 'recv'
  | 'send'
  | 'wait4'
  | 'waitid'
  | 'fcntl'
  | 'flock'
  | 'futex'
  | 'sigsuspend';

// asm/unistd_64.h and asm-generic/unistd.h
const TABLES: Record<string, Record<number, CallName>> = {
  x64: {
    0: 'read',
    1: 'write',
    7: 'poll',
    19: 'read',
    20: 'write',
    23: 'select',
    35: 'nanosleep',
    42: 'connect',
    44: 'send',
    45: 'recv',
    46: 'send',
    47: 'recv',
    61: 'wait4',
    72: 'fcntl',
    73: 'flock',
    130: 'sigsuspend',
    202: 'futex',
    230: 'nanosleep',
    232: 'epoll_wait',
    247: 'waitid',
    270: 'pselect6',
    271: 'ppoll',
    281: 'epoll_wait',
    441: 'epoll_pwait2',
  },
  arm64: {
    22: 'epoll_wait',
    25: 'fcntl',
    32: 'flock',
    63: 'read',
    64: 'write',
    65: 'read',
    66: 'write',
    72: 'pselect6',
    73: 'ppoll',
    95: 'waitid',
    98: 'futex',
    101: 'nanosleep',
    115: 'nanosleep',
    133: 'sigsuspend',
    203: 'connect',
    206: 'send',
    207: 'recv',
    211: 'send',
    212: 'recv',
    260: 'wait4',
    441: 'epoll_pwait2',
  },
};

/** A limit in milliseconds; absent: none; `unknown`: there is one, its length could not be read. */
export type Limit = number | 'unknown' | undefined;

export type Sleep =
  | { readonly kind: 'running' }
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'timer' }
  /** `direct`: one blocking call on one descriptor. */
  | {
      readonly kind: 'descriptors';
      readonly form: 'direct' | 'poll';
      readonly name: string;
      readonly reads: readonly number[];
      readonly writes: readonly number[];
      readonly limit: Limit;
    }
  | { readonly kind: 'epoll'; readonly fd: number; readonly limit: Limit }
  /** Without a pid: any child. */
  | { readonly kind: 'children'; readonly pid?: number }
  | { readonly kind: 'futex'; readonly address: bigint; readonly shared: boolean; readonly limit: Limit }
  | { readonly kind: 'lock'; readonly fd: number }
  | { readonly kind: 'signal' };

/** Bytes of the thread's memory, or undefined where they cannot be read. */
export type ReadMemory = (address: bigint, length: number) => Buffer | undefined;

const FUTEX_PRIVATE = 128;
const FUTEX_WAITS = new Set([0, 9]);
const F_SETLKW = 7;
const F_OFD_SETLKW = 38;
const POLLIN = 0x1;
const POLLPRI = 0x2;
const POLLOUT = 0x4;

export function decode(call: SystemCall, memory: ReadMemory, arch: string = process.arch): Sleep {
  if (call.running) return { kind: 'running' };
  const name = TABLES[arch]?.[call.number];
  if (name === undefined) return { kind: 'unknown', why: `system call ${call.number}` };
  // a process of the machine's 32-bit kind has other numbers, and its stack below 4 GiB
  if (call.stack !== undefined && call.stack < 0x1_0000_0000n)
    return { kind: 'unknown', why: 'a 32-bit process' };
  const args = call.args;
  const fd = int32(args[0]!);
  switch (name) {
    case 'nanosleep':
      return { kind: 'timer' };
    case 'read':
    case 'recv':
    case 'connect':
      return { kind: 'descriptors', form: 'direct', name, reads: [fd], writes: [], limit: undefined };
    case 'write':
    case 'send':
      return { kind: 'descriptors', form: 'direct', name, reads: [], writes: [fd], limit: undefined };
    case 'poll':
    case 'ppoll':
      return polled(args, memory, name === 'poll' ? milliseconds(args[2]!) : timespec(args[2]!, memory, 1e6));
    case 'select':
    case 'pselect6':
      return selected(args, memory, timespec(args[4]!, memory, name === 'select' ? 1e3 : 1e6));
    case 'epoll_wait':
      return { kind: 'epoll', fd, limit: milliseconds(args[3]!) };
    case 'epoll_pwait2':
      return { kind: 'epoll', fd, limit: timespec(args[3]!, memory, 1e6) };
    case 'wait4':
      return fd > 0 ? { kind: 'children', pid: fd } : { kind: 'children' };
    case 'waitid':
      // P_PID 1; P_ALL, P_PGID and P_PIDFD are taken as any child
      return fd === 1 ? { kind: 'children', pid: int32(args[1]!) } : { kind: 'children' };
    case 'flock':
      return { kind: 'lock', fd };
    case 'fcntl': {
      const command = int32(args[1]!);
      if (command === F_SETLKW || command === F_OFD_SETLKW) return { kind: 'lock', fd };
      return { kind: 'unknown', why: `fcntl ${command}` };
    }
    case 'futex': {
      const operation = int32(args[1]!);
      if (!FUTEX_WAITS.has(operation & 0x7f)) return { kind: 'unknown', why: `futex ${operation}` };
      const limit = args[3] === 0n ? undefined : 'unknown';
      return { kind: 'futex', address: args[0]!, shared: (operation & FUTEX_PRIVATE) === 0, limit };
    }
    case 'sigsuspend':
      return { kind: 'signal' };
  }
}

function polled(args: readonly bigint[], memory: ReadMemory, limit: Limit): Sleep {
  const count = Number(args[1]);
  if (count > 4096) return { kind: 'unknown', why: 'poll on very many descriptors' };
  if (count === 0) return { kind: 'timer' };
  const entries = memory(args[0]!, count * 8);
  if (!entries) return { kind: 'unknown', why: 'the set of poll cannot be read' };
  const reads: number[] = [];
  const writes: number[] = [];
  for (let at = 0; at < count * 8; at += 8) {
    const fd = entries.readInt32LE(at);
    const events = entries.readInt16LE(at + 4);
    if (fd < 0) continue;
    if (events & POLLOUT) writes.push(fd);
    // no event asked for still waits for the other end to hang up
    if (events & (POLLIN | POLLPRI) || !(events & POLLOUT)) reads.push(fd);
  }
  return { kind: 'descriptors', form: 'poll', name: 'poll', reads, writes, limit };
}

function selected(args: readonly bigint[], memory: ReadMemory, limit: Limit): Sleep {
  const count = int32(args[0]!);
  if (count <= 0) return { kind: 'timer' };
  if (count > 65536) return { kind: 'unknown', why: 'select on very many descriptors' };
  const sets = [args[1]!, args[2]!, args[3]!].map((address) => bits(address, count, memory));
  if (sets.some((set) => set === undefined))
    return { kind: 'unknown', why: 'the sets of select cannot be read' };
  const [reads, writes, others] = sets as number[][];
  return {
    kind: 'descriptors',
    form: 'poll',
    name: 'select',
    reads: [...new Set([...reads!, ...others!])],
    writes: writes!,
    limit,
  };
}

function bits(address: bigint, count: number, memory: ReadMemory): number[] | undefined {
  if (address === 0n) return [];
  const bytes = memory(address, Math.ceil(count / 64) * 8);
  if (!bytes) return undefined;
  const set: number[] = [];
  for (let fd = 0; fd < count; fd++) if (bytes[fd >> 3]! & (1 << (fd & 7))) set.push(fd);
  return set;
}

function int32(value: bigint): number {
  return Number(BigInt.asIntN(32, value));
}

function milliseconds(value: bigint): Limit {
  const limit = int32(value);
  return limit < 0 ? undefined : limit;
}

/** `struct timespec`, or `struct timeval` where the second half counts microseconds. */
function timespec(address: bigint, memory: ReadMemory, partsInMillisecond: number): Limit {
  if (address === 0n) return undefined;
  const bytes = memory(address, 16);
  if (!bytes) return 'unknown';
  return Number(bytes.readBigInt64LE(0)) * 1000 + Number(bytes.readBigInt64LE(8)) / partsInMillisecond;
}
