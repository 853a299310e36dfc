/**
 * What the processes that matter look like at one moment: read once, remembered, and afterwards compared with
 * what the threads have run since. A picture in which a thread ran meanwhile shows two moments and is thrown away.
 */

import { pause } from '../pause';
import type { LockLine } from '../procfs/parse-descriptor';
import type { ProcessStat, RunCounter } from '../procfs/parse-process';
import type { Procfs, RawDescriptor } from '../procfs/procfs';
import type { SocketTable } from '../procfs/sockets';
import { WATCHER_NAME } from './board';
import { createHolders, type Holders } from './holders';
import { decode, type Sleep } from './syscalls';

export interface ThreadPicture {
  readonly tid: number;
  readonly state: string;
  readonly sleep: Sleep;
}

export interface ProcessPicture {
  readonly stat: ProcessStat;
  /** Undefined where the threads cannot be listed. */
  readonly threads: readonly ThreadPicture[] | undefined;
}

export interface Picture {
  readonly procfs: Procfs;
  readonly holders: Holders;
  readonly sockets: SocketTable;
  process(pid: number): ProcessPicture | undefined;
  descriptor(pid: number, fd: number): RawDescriptor | undefined;
  /** The epoll sets of a process: their descriptor numbers and members. */
  epollSets(pid: number): readonly RawDescriptor[];
  /** What a process runs, for people: the script of an interpreter, else the program's base name. */
  command(pid: number): string;
  /** Locks of `/proc/locks`. */
  locks(): readonly LockLine[];
  /** Whether none of these threads has run since. Ids as in the graph; others are passed over. */
  still(ids: Iterable<string>): boolean;
}

/** Threads that are not looked at: the one that looks, or all of a process whose event loop looks. */
export interface Observer {
  readonly pid: number;
  readonly tids: readonly number[] | 'all';
}

/** How long a thread of the pool is waited for. */
const ATTEMPTS = 5;
const MOMENT_MS = 2;

export function takePicture(procfs: Procfs, observer?: Observer): Picture {
  const processes = new Map<number, ProcessPicture | undefined>();
  const counters = new Map<string, RunCounter>();
  const pool = new Map<string, Sleep['kind']>();
  const descriptors = new Map<string, RawDescriptor | undefined>();
  const sets = new Map<number, readonly RawDescriptor[]>();
  const commands = new Map<number, string>();
  let locks: readonly LockLine[] | undefined;

  function thread(pid: number, tid: number): ThreadPicture | undefined {
    const counter = procfs.schedstat(pid, tid);
    const stat = procfs.stat(pid, tid);
    if (!stat || stat.state === 'Z' || stat.state === 'X') return undefined;
    const call = procfs.syscall(pid, tid);
    const sleep: Sleep = call
      ? decode(call, (address, length) => procfs.bytesAt(pid, address, length))
      : { kind: 'unknown', why: 'its system call cannot be read' };
    // Looking is work for V8's pool in this very process, and for the thread that Node starts first, which hands out
    // delayed tasks. A pool thread that ran and sleeps again as it slept has woken nobody, if nobody else ran.
    const pooled = sleep.kind === 'futex' ? sleep.limit === undefined : tid === first(pid);
    if (pid === observer?.pid && pooled) pool.set(`${pid}/${tid}`, sleep.kind);
    else if (counter) counters.set(`${pid}/${tid}`, counter);
    return { tid, state: stat.state, sleep };
  }

  const first = (pid: number) => procfs.threads(pid)?.[1];

  /** Whether a thread of the pool sleeps in such a way; one that runs is given a moment. */
  function sleepsAgain(pid: number, tid: number, kind: Sleep['kind']): boolean {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const call = procfs.syscall(pid, tid);
      if (!call) return false;
      if (decode(call, () => undefined).kind === kind) return true;
      pause(MOMENT_MS);
    }
    return false;
  }

  /** Each thread that blocks has its watcher, in other processes, too; they look, and wake nobody. */
  const watches = (pid: number, tid: number) => pid !== tid && procfs.comm(pid, tid) === WATCHER_NAME;

  return {
    procfs,
    holders: createHolders(procfs),
    sockets: procfs.sockets(),
    process(pid) {
      if (processes.has(pid)) return processes.get(pid);
      const stat = procfs.stat(pid);
      const hidden = observer?.pid === pid ? observer.tids : [];
      const tids =
        hidden === 'all'
          ? []
          : procfs.threads(pid)?.filter((tid) => !hidden.includes(tid) && !watches(pid, tid));
      const threads = tids?.flatMap((tid) => thread(pid, tid) ?? []);
      const picture = stat && { stat, threads };
      processes.set(pid, picture);
      return picture;
    },
    descriptor(pid, fd) {
      const key = `${pid}/${fd}`;
      if (!descriptors.has(key)) descriptors.set(key, procfs.descriptor(pid, fd));
      return descriptors.get(key);
    },
    epollSets(pid) {
      const known = sets.get(pid);
      if (known) return known;
      const found: RawDescriptor[] = [];
      for (const fd of procfs.fds(pid) ?? []) {
        if (procfs.link(pid, fd) !== 'anon_inode:[eventpoll]') continue;
        const set = procfs.descriptor(pid, fd);
        if (set) found.push(set);
      }
      sets.set(pid, found);
      return found;
    },
    command(pid) {
      const known = commands.get(pid);
      if (known !== undefined) return known;
      const name = commandName(procfs.commandLine(pid) ?? [], procfs.comm(pid));
      commands.set(pid, name);
      return name;
    },
    locks() {
      locks ??= procfs.locks() ?? [];
      return locks;
    },
    still(ids) {
      for (const id of ids) {
        const [, key, pid, tid] = /^thread:((\d+)\/(\d+))$/.exec(id) ?? [];
        if (key === undefined) continue;
        const kind = pool.get(key);
        if (kind !== undefined) {
          if (!sleepsAgain(Number(pid), Number(tid), kind)) return false;
          continue;
        }
        // without a counter nobody can say whether it ran in between
        const before = counters.get(key);
        const after = procfs.schedstat(Number(pid), Number(tid));
        if (!before || after?.slices !== before.slices) return false;
        if (after.ranNanoseconds !== before.ranNanoseconds) return false;
      }
      return true;
    },
  };
}

const INTERPRETERS = /^(node|nodejs|bun|deno|python[\d.]*|ruby[\d.]*|perl[\d.]*|php[\d.]*|java)$/;

/** `node server.js` for interpreters with a script, else the base name of the program. */
export function commandName(args: readonly string[], comm: string | undefined): string {
  const base = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  // programs that set their title leave it in one piece; a path may have blanks
  const first = args.length === 1 ? args[0]?.split(' ')[0] : args[0];
  const program = base(first ?? '') || comm || 'a process';
  const script = args[1];
  if (INTERPRETERS.test(program) && script !== undefined && !script.startsWith('-')) {
    return `${program} ${base(script)}`;
  }
  return program;
}
