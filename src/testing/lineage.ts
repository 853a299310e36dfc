import { wallClock } from '../clock';
import type { Orphan } from '../facts/exit';
import type { ForkCall } from '../instruments/fork-call';
import { isAlive } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { type Mark, TESTED_BY } from './protocol';

/** Children of so many forks are remembered. */
const MOST = 2000;

/** So many numbers are tried one by one: a list of all processes is long on a machine with many. */
const FEW = 8;

/** USER_HZ is 100 on every architecture that Node runs on. */
const MS_PER_TICK = 10;

/** Variables by which runners tell their workers apart; what a worker starts inherits them. */
const WORKER_VARIABLES = ['JEST_WORKER_ID', 'VITEST_POOL_ID', 'VITEST_WORKER_ID', 'MOCHA_WORKER_ID'];

/** Those that this process or thread has. */
export function workerMarks(): string[] {
  return WORKER_VARIABLES.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
}

interface Started {
  /** Forgotten when another file begins: its stack keeps the global object of the file's tests alive. */
  call: ForkCall | undefined;
  /** Unknown of a child of `execSync` or `execFileSync` that has ended well. */
  readonly pid: number | undefined;
  /** Whoever it has started has got a number after this one. */
  readonly after: number;
  /** Clock ticks since boot, as in field 22 of `/proc/<pid>/stat`. */
  readonly start: number;
  end: number;
}

/** Finds who started an orphan: the kernel forgets it when the parent dies. */
export class Lineage {
  readonly #procfs: Procfs;
  readonly #started: Started[] = [];
  #dropped = 0;
  /** The last number that was given out when a `*Sync` call had returned; before the first this process's own. */
  #last = process.pid;

  constructor(procfs: Procfs) {
    this.#procfs = procfs;
  }

  /** Forks so far. */
  get count(): number {
    return this.#dropped + this.#started.length;
  }

  knows(pid: number): boolean {
    return this.#started.some((one) => one.pid === pid);
  }

  forked(call: ForkCall): void {
    const pid = call.child?.pid;
    if (call.blocking) {
      // of its child only the end of its life is known, and that it is no older than the call
      const age = Math.ceil((wallClock() - call.time) / MS_PER_TICK) + 1;
      const end = this.#now();
      this.#add({ call, pid, after: pid ?? this.#last, start: end - age, end });
      this.#last = this.#procfs.lastNumber() ?? process.pid;
    } else if (pid !== undefined) {
      const start = this.#procfs.stat(pid)?.startTime ?? this.#now() - 1;
      this.#add({ call, pid, after: pid, start, end: Number.POSITIVE_INFINITY });
    }
  }

  #add(started: Started): void {
    this.#started.push(started);
    if (this.#started.length <= MOST) return;
    this.#started.shift();
    this.#dropped++;
  }

  /** A test file begins: its marks reach no further back. */
  beginFile(): void {
    for (const one of this.#started) one.call = undefined;
  }

  exited(pid: number): void {
    const one = this.#started.findLast((started) => started.pid === pid);
    if (one) one.end = this.#now();
  }

  /**
   * Processes that a child forked since the mark has started and left behind when it ended: their parent is gone,
   * they began while the child lived, and they are in the child's session or process group, or in ours with this
   * process and the same runner's worker in their environment.
   */
  orphans(since: Mark): Orphan[] {
    const recent = this.#started.slice(Math.max(0, since.forks - this.#dropped));
    const ended = recent.flatMap(({ call, ...one }) =>
      call && one.end < Number.POSITIVE_INFINITY ? { call, ...one } : [],
    );
    if (ended.length === 0) return [];
    const later = this.#after(ended[0]?.after ?? process.pid);
    const own = later.length > 0 ? this.#procfs.stat('self') : undefined;
    if (!own) return [];
    const found = later.flatMap((pid) => {
      const stat = pid === process.pid ? undefined : this.#procfs.stat(pid);
      if (!isAlive(stat) || stat.ppid === process.pid) return [];
      const alive = ended.filter(({ start, end }) => start <= stat.startTime && stat.startTime <= end);
      // a parent that was there before the process is a reaper, or nobody of ours
      if (alive.length === 0 || (stat.ppid > 1 && !this.#reaps(stat.ppid, own.ppid))) return [];
      const leader = alive.find((one) => one.pid === stat.session || one.pid === stat.pgrp);
      const family =
        leader ??
        (stat.pgrp === own.pgrp && stat.session === own.session && this.#isOurs(pid)
          ? this.#only(alive, stat.comm)
          : undefined);
      if (!family) return [];
      const { command, api } = family.call;
      return {
        child: { pid, command: stat.comm },
        fork: family.call,
        after: 'ended' as const,
        parent: { command },
        proof: [
          `/proc/${pid}/stat: state ${stat.state}, parent ${stat.ppid}, session ${stat.session}, process group ${stat.pgrp}`,
          family.pid === undefined
            ? `it began while \`${api}\` waited for its child, which has ended`
            : `it began while pid ${family.pid} lived, which has ended`,
          ...(leader ? [] : [`/proc/${pid}/environ: ${TESTED_BY}=${process.pid}, which is this process`]),
        ],
      };
    });
    if (found.length === 0) return found;
    // threads have numbers, too
    const processes = this.#procfs.processes() ?? [];
    return found.filter(({ child }) => processes.includes(child.pid));
  }

  /** Numbers of processes that were given out after this one; a few may be nobody's, or those of threads. */
  #after(first: number): number[] {
    const last = this.#procfs.lastNumber() ?? 0;
    if (first <= last && last <= first + FEW)
      return Array.from({ length: last - first }, (_, at) => first + 1 + at);
    const pids = this.#procfs.processes() ?? [];
    // the kernel has begun again with low numbers, or does not say
    const again = last < first;
    return pids.filter((pid) => pid > first || (again && (last === 0 || pid <= last)));
  }

  /** Of several children that lived then, the one whose command names it. */
  #only<T extends { readonly call: ForkCall }>(alive: readonly T[], comm: string): T | undefined {
    if (alive.length === 1) return alive[0];
    const naming = alive.filter(({ call }) => call.shell && call.command.includes(comm));
    return naming.length > 0 ? naming[naming.length - 1] : undefined;
  }

  /** Orphans go to pid 1 or to the nearest ancestor that has asked for them. */
  #reaps(ppid: number, ancestor: number): boolean {
    for (let pid = ancestor, depth = 0; pid > 1 && depth < 32; depth++) {
      if (pid === ppid) return true;
      pid = this.#procfs.stat(pid)?.ppid ?? 0;
    }
    return false;
  }

  /** Runs beside each other, as of the packages of a workspace, are in one process group and number their workers alike. */
  #isOurs(pid: number): boolean {
    const there = this.#procfs.environment(pid) ?? [];
    return [`${TESTED_BY}=${process.pid}`, ...workerMarks()].every((pair) => there.includes(pair));
  }

  #now(): number {
    return Math.floor(((this.#procfs.uptime() ?? 0) * 1000) / MS_PER_TICK) + 1;
  }
}
