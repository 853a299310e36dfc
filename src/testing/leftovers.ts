import { now } from '../clock';
import type { Exits } from '../exits/exits';
import type { Orphan } from '../facts/exit';
import { type ForkCall, forkCount } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import type { Ledger } from '../ledger';
import type { ChildFacts, Hazard } from '../model';
import { isDead } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { Lineage } from './lineage';
import type { Left, Mark } from './protocol';

/** Milliseconds after a look within which another would find the same. */
const AT_ONCE_MS = 1;

export interface LeftoversOptions {
  readonly procfs: Procfs;
  readonly ledger: Ledger;
  readonly exits: Exits;
  /** What was reported since: whoever it speaks of is not told of again. */
  readonly hazards: (since: Mark) => readonly Hazard[];
}

/** Who is there that was not there at a mark: children of this thread and of its worker threads, and orphans. */
export class Leftovers {
  readonly #options: LeftoversOptions;
  readonly #lineage: Lineage;
  /** Who was left at the last look, for a judgement that follows it at once. */
  #found: { readonly since: Mark; readonly at: number; readonly orphans: readonly Orphan[] } | undefined;

  constructor(options: LeftoversOptions) {
    this.#options = options;
    this.#lineage = new Lineage(options.procfs);
  }

  forked(call: ForkCall): void {
    this.#lineage.forked(call);
  }

  beginFile(): void {
    this.#found = undefined;
    this.#lineage.beginFile();
  }

  exited(pid: number | undefined): void {
    this.#found = undefined;
    if (pid !== undefined) this.#lineage.exited(pid);
  }

  mark(): Omit<Mark, 'hazards'> {
    return { forks: this.#lineage.count, lastFork: forkCount(), pids: this.#pids() };
  }

  /** Those of other threads matter only where this one has started any. */
  #pids(): ReadonlySet<number> {
    const { procfs, ledger } = this.#options;
    return new Set(ledger.hasStartedAny ? procfs.children('self') : ledger.children.keys());
  }

  /** Nobody can be left: neither this thread nor another has forked since, and nobody was left before. */
  isQuiet(since: Mark): boolean {
    const { ledger, exits } = this.#options;
    return forkCount() === since.lastFork && !ledger.hasStartedAny && exits.departures.orphans().length === 0;
  }

  /** Children of this thread that its ledger has. */
  live(since: Mark): LiveChild[] {
    return [...this.#options.ledger.children].flatMap(([pid, child]) => (since.pids.has(pid) ? [] : child));
  }

  /**
   * Children of this thread that live, that nothing is ending, and that are not to serve until the thread ends; and
   * those that are ending and may leave others behind.
   */
  children(since: Mark): readonly Left[] {
    const { exits } = this.#options;
    const live = this.live(since);
    const leaving = live.flatMap(({ fork: { child } }) =>
      child && exits.departures.isLeaving(child.pid) ? child : [],
    );
    return [...exits.alive(live).flatMap(({ child, service }) => (service ? [] : child)), ...leaving];
  }

  serves(pid: number): boolean {
    const made = ofThreads().get(pid);
    return made !== undefined && this.#options.exits.ofThreads.serves(made);
  }

  orphans(since: Mark): readonly Orphan[] {
    const last = this.#found;
    if (last?.since === since && now() - last.at < AT_ONCE_MS) return last.orphans;
    const orphans = this.#findOrphans(since);
    this.#found = { since, at: now(), orphans };
    return orphans;
  }

  #findOrphans(since: Mark): Orphan[] {
    const { exits, hazards } = this.#options;
    const killed = exits.departures.orphans();
    const known = new Set([...killed, ...hazards(since)].flatMap(({ child }) => child?.pid ?? []));
    const others = [...this.#ofThreads(since), ...this.#lineage.orphans(since)];
    return [...killed, ...others.filter(({ child }) => !known.has(child.pid))];
  }

  /** Children of worker threads that this thread has started. Those of other test files are none of ours. */
  #ofThreads(since: Mark): Orphan[] {
    const { procfs, ledger, exits } = this.#options;
    if (!ledger.hasStartedAny) return [];
    const parent: ChildFacts = { pid: process.pid, command: 'this process' };
    const foreign = (procfs.children('self') ?? []).filter(
      (pid) => !since.pids.has(pid) && !ledger.children.has(pid) && !this.#lineage.knows(pid),
    );
    if (foreign.length === 0) return [];
    const children = ofThreads();
    return foreign.flatMap((pid) => {
      const stat = procfs.stat(pid);
      const made = children.get(pid);
      if (!stat || isDead(stat) || !made || !ledger.hasStarted(made.thread) || exits.ofThreads.serves(made))
        return [];
      const { forked } = made.fork;
      return {
        child: made.child,
        ...(forked && { forked }),
        after: 'thread' as const,
        parent,
        proof: [
          `/proc/${pid}/stat: state ${stat.state}, parent ${stat.ppid}, which is this process`,
          'it was not there when the test began',
        ],
      };
    });
  }
}

/** Loaded where there are threads. */
function ofThreads(): ReturnType<typeof import('../exits/thread-notes')['childrenOfThreads']> {
  return (require('../exits/thread-notes') as typeof import('../exits/thread-notes')).childrenOfThreads();
}
