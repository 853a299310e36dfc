import { translateStacksWith } from '../calls';
import { now } from '../clock';
import { isDead } from '../exits/departures';
import type { Exits } from '../exits/exits';
import { type ForkCall, forkCount } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import type { Ledger } from '../ledger';
import type { ChildFacts, Hazard } from '../model';
import type { Procfs } from '../procfs/procfs';
import type { Orphan } from '../rules/rule';
import { setTimer } from '../timers';
import { Lineage } from './lineage';
import type { Judgement, Left, Mark, Request } from './protocol';
import { RunLog } from './run-log';

/** So many hazards are kept for marks that have not been judged yet. */
const MOST = 2000;

/** Milliseconds after a look within which another would find the same. */
const AT_ONCE_MS = 1;

/** Rules that speak of who is left; the second where a worker thread ends before its child. */
const OF_THE_LEFT = ['orphaned-children', 'zombie-children'];

export interface SessionOptions {
  readonly procfs: Procfs;
  readonly ledger: Ledger;
  readonly exits: Exits;
  /** Judges what forks of the last moments have led to. */
  readonly settle: () => void;
}

/** Answers the test code of one thread. */
export class Session {
  readonly #options: SessionOptions;
  readonly #lineage: Lineage;
  readonly #hazards: Hazard[] = [];
  #dropped = 0;
  #exits = 0;
  /** Our children as they were after so many forks and exits: what has not changed is not read again. */
  #known: { readonly forks: number; readonly exits: number; readonly pids: ReadonlySet<number> } | undefined;
  /** Who was left at the last look, for a judgement that follows it at once. */
  #found: { readonly since: Mark; readonly at: number; readonly orphans: readonly Orphan[] } | undefined;
  readonly #pauses = new Set<{ readonly since: Mark; readonly end: () => void }>();
  #diverting = 0;
  #judging = false;
  /** Processes of which a test has been told. */
  readonly #told = new Set<number>();
  #test: { readonly name: string; readonly file: string } | undefined;
  readonly #log = RunLog.here();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#lineage = new Lineage(options.procfs);
  }

  /** A runner speaks for what is found: a test has been announced. */
  get spoken(): boolean {
    return this.#test !== undefined;
  }

  /** Takes over from `EarlyAnswers`. */
  hear(announced: readonly Request[]): void {
    for (const request of announced) this.answer(request);
  }

  answer(request: Request): void {
    switch (request.type) {
      case 'mark':
        request.answer = this.#mark();
        if (request.divert) this.#diverting++;
        return;
      case 'left':
        request.answer = this.#quiet(request.since)
          ? []
          : [...this.#leftChildren(request.since), ...this.#leftOthers(request.since)];
        return;
      case 'judge':
        request.answer = this.#judge(request.since, request.diverted === true);
        return;
      case 'render': {
        const { PLAIN, renderHazard } = require('../render') as typeof import('../render');
        request.answer = request.hazards
          .map((hazard) => renderHazard(hazard, { cwd: process.cwd(), style: PLAIN, width: 100 }))
          .join('\n\n');
        return;
      }
      case 'pause':
        request.answer = this.#pause(request.milliseconds, request.since);
        return;
      case 'run':
        this.#options.exits.leaveToRun(request.said);
        request.answer = true;
        return;
      case 'test':
        this.#test = { name: request.name, file: request.file };
        if (request.prepare) translateStacksWith(request.prepare);
        request.answer = true;
    }
  }

  /** Takes part in the engine: true where the hazard is for the asker alone. */
  found(hazard: Hazard): boolean {
    this.#hazards.push(hazard);
    if (this.#hazards.length > MOST) {
      this.#hazards.shift();
      this.#dropped++;
    }
    // the runner's main process finds it again
    this.#noteLeft(hazard);
    return this.#diverting > 0;
  }

  #noteLeft(hazard: Hazard): void {
    const { rule, forked, child } = hazard;
    if (!this.#judging || !OF_THE_LEFT.includes(rule) || !child || this.#told.has(child.pid)) return;
    this.#told.add(child.pid);
    this.#options.exits.reported(hazard);
    const { threadId } = this.#options.ledger;
    const log = this.#log ?? (threadId === 0 ? RunLog.ofProcess(process.pid) : undefined);
    log?.add({ child, forked }, threadId, this.#test, true);
  }

  /** Whoever waits for orphans alone is not woken: each pause would be over with the next exit of anybody. */
  #pause(milliseconds: number, since: Mark): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        // the event loop need not go on for it
        clearTimeout(timer);
        this.#pauses.delete(pause);
        resolve();
      };
      const timer = setTimer(end, milliseconds);
      const pause = { since, end };
      if (this.#leftChildren(since).length > 0) this.#pauses.add(pause);
    });
  }

  forked(call: ForkCall): void {
    this.#lineage.forked(call);
    this.#log?.add(call, call.threadId, this.#test);
  }

  exited({ process: { pid } }: LiveChild): void {
    this.#exits++;
    this.#found = undefined;
    if (pid !== undefined) {
      this.#lineage.exited(pid);
      this.#log?.ended(pid);
    }
    for (const { since, end } of this.#pauses) if (this.#leftChildren(since).length === 0) end();
  }

  /** The process or thread ends. */
  end(): void {
    if (this.#told.size > 0 && this.#options.ledger.threadId === 0) RunLog.ofProcess(process.pid).remove();
  }

  #mark(): Mark {
    return {
      forks: this.#lineage.count,
      lastFork: forkCount(),
      hazards: this.#dropped + this.#hazards.length,
      pids: this.#children(),
    };
  }

  #children(): ReadonlySet<number> {
    const { procfs, ledger } = this.#options;
    const now = { forks: forkCount(), exits: this.#exits };
    const known = this.#known;
    if (known?.forks === now.forks && known.exits === now.exits && !ledger.hasStartedAny) return known.pids;
    const pids = new Set(procfs.children('self') ?? []);
    this.#known = { ...now, pids };
    return pids;
  }

  /** Nothing can be left: neither this thread nor another has forked since, and nobody was left before. */
  #quiet(since: Mark): boolean {
    const { ledger, exits } = this.#options;
    return forkCount() === since.lastFork && !ledger.hasStartedAny && exits.departures.orphans().length === 0;
  }

  #judge(since: Mark, diverted: boolean): Judgement {
    const { ledger, exits, settle } = this.#options;
    settle();
    this.#judging = true;
    if (!this.#quiet(since)) exits.test(this.#live(since), this.#orphans(since));
    if (diverted) this.#diverting--;
    const hazards = this.#since(since);
    // those that were found earlier, while nobody judged, are told now as well
    for (const hazard of hazards) this.#noteLeft(hazard);
    this.#judging = false;
    // threads of a runner are ended without having waited for those that are just ending
    if (ledger.threadId !== 0) for (const { fork } of ledger.children.values()) exits.reported(fork);
    return { hazards };
  }

  #since(mark: Mark): readonly Hazard[] {
    // a fork of another test that is found to be stuck only now is none of this one's
    return this.#hazards
      .slice(Math.max(0, mark.hazards - this.#dropped))
      .filter(({ fork }) => !fork || !this.#isOwn(fork) || numberOf(fork) > mark.lastFork);
  }

  #isOwn(fork: string): boolean {
    return fork.startsWith(`${process.pid}.${this.#options.ledger.threadId}.`);
  }

  #live(since: Mark): LiveChild[] {
    return [...this.#options.ledger.children].flatMap(([pid, child]) => (since.pids.has(pid) ? [] : child));
  }

  /**
   * Children of this thread that live, that nothing is ending, and that are not to serve until the thread ends; and
   * those that are ending and may leave others behind.
   */
  #leftChildren(since: Mark): readonly Left[] {
    const { exits } = this.#options;
    const live = this.#live(since);
    const leaving = live.flatMap(({ fork: { child } }) =>
      child && exits.departures.isLeaving(child.pid) ? child : [],
    );
    return [...exits.alive(live).flatMap(({ child, service }) => (service ? [] : child)), ...leaving];
  }

  #leftOthers(since: Mark): readonly Left[] {
    return this.#orphans(since).map(({ child }) => child);
  }

  #orphans(since: Mark): readonly Orphan[] {
    const last = this.#found;
    if (last?.since === since && now() - last.at < AT_ONCE_MS) return last.orphans;
    const orphans = this.#findOrphans(since);
    this.#found = { since, at: now(), orphans };
    return orphans;
  }

  #findOrphans(since: Mark): Orphan[] {
    const { departures } = this.#options.exits;
    const killed = departures.orphans();
    const known = new Set([...killed, ...this.#since(since)].flatMap(({ child }) => child?.pid ?? []));
    const others = [...this.#ofThreads(since), ...this.#lineage.orphans(since)];
    return [...killed, ...others.filter(({ child }) => !known.has(child.pid))];
  }

  /** Children of worker threads that this thread has started. Those of other test files are none of ours. */
  #ofThreads(since: Mark): Orphan[] {
    const { procfs, ledger } = this.#options;
    if (!ledger.hasStartedAny) return [];
    const parent: ChildFacts = { pid: process.pid, command: 'this process' };
    const foreign = (procfs.children('self') ?? []).filter(
      (pid) => !since.pids.has(pid) && !ledger.children.has(pid) && !this.#lineage.knows(pid),
    );
    if (foreign.length === 0) return [];
    const { childrenOfThreads } = require('../exits/thread-notes') as typeof import('../exits/thread-notes');
    const ofThreads = childrenOfThreads();
    return foreign.flatMap((pid) => {
      const stat = procfs.stat(pid);
      const made = ofThreads.get(pid);
      if (!stat || isDead(stat) || !made || !ledger.hasStarted(made.thread)) return [];
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

/** The last part of a fork's id: its number in this thread. */
function numberOf(id: string): number {
  return Number(id.slice(id.lastIndexOf('.') + 1));
}
