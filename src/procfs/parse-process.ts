/**
 * Readings of the per-process files of proc(5). Pure: kernel text in, facts out, `undefined` where the text is
 * not what the kernel writes. They never throw.
 */

/** PF_FORKNOEXEC of `include/linux/sched.h`: forked and has not called exec. */
const PF_FORKNOEXEC = 0x40;
/** PF_EXITING: the process is being taken down and runs none of its own code any more. */
const PF_EXITING = 0x4;

/** `/proc/<pid>/stat`, as far as anybody here asks. */
export interface ProcessStat {
  readonly pid: number;
  readonly comm: string;
  /** One letter: R running, S sleeping, D uninterruptible, T stopped, t traced, Z zombie, X dead. */
  readonly state: string;
  readonly ppid: number;
  readonly pgrp: number;
  readonly session: number;
  /** The device number of its terminal; 0: it has none. */
  readonly terminal: number;
  /** The process group that gets what is typed at that terminal. */
  readonly foreground: number;
  readonly forkedWithoutExec: boolean;
  readonly exiting: boolean;
  /** Processor time in clock ticks. */
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly threads: number;
  /** Clock ticks since boot; with the pid it names a process for good. */
  readonly startTime: number;
}

export function parseStat(text: string): ProcessStat | undefined {
  // comm may hold blanks and brackets: it ends at the last closing bracket
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text
    .slice(close + 2)
    .trim()
    .split(' ');
  const pid = number(text.slice(0, open));
  const [ppid, pgrp, session] = [number(fields[1]), number(fields[2]), number(fields[3])];
  const flags = number(fields[6]);
  const startTime = number(fields[19]);
  const state = fields[0];
  if (
    pid === undefined ||
    ppid === undefined ||
    pgrp === undefined ||
    session === undefined ||
    flags === undefined ||
    startTime === undefined ||
    state?.length !== 1
  ) {
    return undefined;
  }
  return {
    pid,
    comm: text.slice(open + 1, close),
    state,
    ppid,
    pgrp,
    session,
    terminal: number(fields[4]) ?? 0,
    foreground: number(fields[5]) ?? -1,
    forkedWithoutExec: (flags & PF_FORKNOEXEC) !== 0,
    exiting: (flags & PF_EXITING) !== 0,
    userTicks: number(fields[11]) ?? 0,
    systemTicks: number(fields[12]) ?? 0,
    threads: number(fields[17]) ?? 0,
    startTime,
  };
}

/** `/proc/<pid>/status`, as far as anybody here asks. Signal sets have bit n-1 set for signal n. */
export interface ProcessStatus {
  readonly name: string;
  /** The real user id. */
  readonly uid: number;
  /** Sent to the process and not yet taken by any thread of it. */
  readonly signalsPending: bigint;
  readonly signalsBlocked: bigint;
  readonly signalsIgnored: bigint;
  readonly signalsCaught: bigint;
  readonly residentBytes: number;
  /** Address space, reserved or in use. */
  readonly mappedBytes: number;
  readonly pageTableBytes: number;
  readonly threads: number;
}

export function parseStatus(text: string): ProcessStatus | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const name = fields.get('Name');
  const uid = number(fields.get('Uid')?.split('\t')[0]);
  if (name === undefined || uid === undefined) return undefined;
  const kilobytes = (key: string) => (number(fields.get(key)?.split(' ')[0]) ?? 0) * 1024;
  return {
    name,
    uid,
    signalsPending: hexadecimal(fields.get('ShdPnd')) ?? 0n,
    signalsBlocked: hexadecimal(fields.get('SigBlk')) ?? 0n,
    signalsIgnored: hexadecimal(fields.get('SigIgn')) ?? 0n,
    signalsCaught: hexadecimal(fields.get('SigCgt')) ?? 0n,
    residentBytes: kilobytes('VmRSS'),
    mappedBytes: kilobytes('VmSize'),
    pageTableBytes: kilobytes('VmPTE'),
    threads: number(fields.get('Threads')) ?? 0,
  };
}

/** `/proc/<pid>/syscall`: what a thread sleeps in. */
export type SystemCall =
  | { readonly running: true }
  /** Blocked outside a system call has number -1 and no arguments. */
  | {
      readonly running: false;
      readonly number: number;
      readonly args: readonly bigint[];
      /** The stack pointer. */
      readonly stack?: bigint;
    };

export function parseSyscall(text: string): SystemCall | undefined {
  const words = text.trim().split(' ');
  if (words[0] === 'running') return { running: true };
  const nr = number(words[0]);
  if (nr === undefined) return undefined;
  if (nr < 0) return { running: false, number: -1, args: [] };
  const args = words.slice(1, 7).map((word) => hexadecimal(word.replace(/^0x/, '')));
  if (args.length < 6 || args.some((arg) => arg === undefined)) return undefined;
  const stack = hexadecimal(words[7]?.replace(/^0x/, ''));
  return { running: false, number: nr, args: args as bigint[], ...(stack !== undefined && { stack }) };
}

/** `/proc/<pid>/schedstat`: how long and how often a thread has run. Any change means that it ran. */
export interface RunCounter {
  readonly ranNanoseconds: number;
  readonly slices: number;
}

export function parseSchedstat(text: string): RunCounter | undefined {
  const [ran, , slices] = numbers(text);
  if (ran === undefined || slices === undefined) return undefined;
  return { ranNanoseconds: ran, slices };
}

/** Soft limits of `/proc/<pid>/limits` (getrlimit(2)); Infinity where there is none. */
export interface ProcessLimits {
  readonly files: number;
  readonly processes: number;
}

export function parseLimits(text: string): ProcessLimits {
  const soft = (name: string) =>
    Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
  return { files: soft('Max open files'), processes: soft('Max processes') };
}

/** `/proc/<pid>/io`: how many system calls of the kind of read and write a process has made. */
export function parseTransfers(text: string): number | undefined {
  const reads = number(/^syscr: (\d+)/m.exec(text)?.[1]);
  const writes = number(/^syscw: (\d+)/m.exec(text)?.[1]);
  return reads === undefined || writes === undefined ? undefined : reads + writes;
}

/** `/proc/<pid>/timers`: how many POSIX timers exist, armed or not (the file does not say). */
export function parseTimers(text: string): number {
  return text.match(/^ID: \d+/gm)?.length ?? 0;
}

/** `/proc/<pid>/cmdline`: the arguments; empty for zombies and kernel threads. */
export function parseCommandLine(text: string): string[] {
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

/** A list of pids as in `/proc/<pid>/task/<tid>/children`. */
export function numbers(text: string): number[] {
  const found: number[] = [];
  for (const word of text.split(/\s+/)) {
    const value = number(word);
    if (value !== undefined) found.push(value);
  }
  return found;
}

export function number(text: string | undefined): number | undefined {
  const word = text?.trim();
  return word !== undefined && /^-?\d+$/.test(word) ? Number(word) : undefined;
}

export function hexadecimal(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : undefined;
}

/** Whether it has ended or is about to: a zombie, or with PF_EXITING. */
export function isDead({ state, exiting }: Pick<ProcessStat, 'state' | 'exiting'>): boolean {
  return state === 'Z' || state === 'X' || exiting;
}

/** Whether a process is there, and has not ended. */
export function isAlive(stat: ProcessStat | undefined): stat is ProcessStat {
  return stat !== undefined && !isDead(stat);
}

/** Whether a process, or a thread, has a handler for a signal; no, where it could not be read. */
export function catchesSignal(
  status: Pick<ProcessStatus, 'signalsCaught'> | undefined,
  signal: number,
): boolean {
  return status !== undefined && hasSignal(status.signalsCaught, signal);
}

/** Whether a signal is in a set of `/proc/<pid>/status`. */
export function hasSignal(set: bigint, signal: number): boolean {
  return (set & (1n << BigInt(signal - 1))) !== 0n;
}
