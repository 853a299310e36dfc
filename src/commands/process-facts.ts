import type { Lock, SocketFacts } from '../model';
import type { Procfs, RawDescriptor } from '../procfs/procfs';
import { redactArgs } from '../redact';

export interface InspectedDescriptor extends Omit<RawDescriptor, 'epoll' | 'signals'> {
  readonly socket?: SocketFacts;
}

export interface Relative {
  readonly pid: number;
  readonly command: string;
  readonly state: string;
  readonly forkedWithoutExec: boolean;
}

/** What can be known of a live process from outside, without anything in it. */
export interface ProcessReport {
  readonly pid: number;
  readonly command: readonly string[];
  readonly state: string;
  readonly isNode: boolean;
  readonly parent: Relative | undefined;
  readonly threads: readonly string[];
  readonly children: readonly Relative[];
  /** Undefined where the table could not be read: another user's process. */
  readonly descriptors: readonly InspectedDescriptor[] | undefined;
  /** npm packages whose native code is loaded: they are who opens what Node did not. */
  readonly nativePackages: readonly string[];
}

/** Undefined: there is no such process. */
export function inspectProcess(pid: number, procfs: Procfs): ProcessReport | undefined {
  const stat = procfs.stat(pid);
  if (!stat) return undefined;
  const command = redactArgs(procfs.commandLine(pid) ?? [stat.comm]);
  const executable = procfs.executable(pid);
  return {
    pid,
    command: command.length > 0 ? command : [stat.comm],
    state: stat.state,
    // it may have been replaced by a newer one since
    isNode: /(^|\/)node(js)?( \(deleted\))?$/.test(executable ?? command[0] ?? ''),
    parent: relative(stat.ppid, procfs),
    threads: (procfs.threads(pid) ?? []).map((tid) => procfs.comm(pid, tid) ?? '?'),
    children: (procfs.children(pid) ?? []).flatMap((child) => relative(child, procfs) ?? []),
    descriptors: descriptorsOf(pid, procfs),
    nativePackages: nativePackages(pid, procfs),
  };
}

/** Locks that belong to the open file description and so cross a fork. */
export function crossingLocks(locks: readonly Lock[]): readonly Lock[] {
  return locks.filter(({ type, waiting }) => !waiting && type !== 'POSIX');
}

function descriptorsOf(pid: number, procfs: Procfs): InspectedDescriptor[] | undefined {
  const fds = procfs.fds(pid);
  if (!fds) return undefined;
  const sockets = procfs.sockets(pid);
  const read = fds.flatMap((fd) => {
    const raw = procfs.descriptor(pid, fd);
    if (!raw) return [];
    const { epoll: _epoll, signals: _signals, ...plain } = raw;
    const socket = raw.kind === 'socket' && raw.inode !== undefined ? sockets.find(raw.inode) : undefined;
    return { ...plain, ...(socket && { socket }) };
  });
  // the numbers can be seen, and nothing else (proc(5): links need the right to trace)
  return read.length === 0 && fds.length > 0 ? undefined : read;
}

function relative(pid: number, procfs: Procfs): Relative | undefined {
  const stat = procfs.stat(pid);
  if (!stat) return undefined;
  const { comm, state, forkedWithoutExec } = stat;
  return { pid, command: comm, state, forkedWithoutExec };
}

function nativePackages(pid: number, procfs: Procfs): string[] {
  const names = new Set<string>();
  for (const { path } of procfs.maps(pid) ?? []) {
    const found = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/.*\.node$/.exec(path ?? '')?.[1];
    if (found) names.add(found);
  }
  return [...names];
}
