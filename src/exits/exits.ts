import { wallClock } from '../clock';
import type { ExitContext } from '../exit-view';
import type { ExitSnapshot, Orphan, Survivor } from '../facts/exit';
import type { ForkCall } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import type { Ledger } from '../ledger';
import type { Exit, Hazard, Site } from '../model';
import type { Procfs } from '../procfs/procfs';
import type { SnapshotContext } from '../snapshot';
import { setTimer } from '../timers';
import { Departures } from './departures';
import { Keepers } from './keepers';
import { isQuiet, NOTHING } from './quiet';
import { ThreadChildren } from './thread-children';
import { watchUnread } from './thrown-away';
import { UnheardErrors } from './unheard';
import { Zombies } from './zombies';

/** Milliseconds that children of a worker thread that was ended are given to end. */
const GRACE_MS = 1500;

export interface ExitsOptions {
  readonly procfs: Procfs;
  readonly ledger: Ledger;
  readonly context: () => SnapshotContext;
  readonly judge: (snapshot: ExitSnapshot) => Hazard[];
  readonly stallMs: number;
  /** The tests of the killed process have already been told of what it has left, or it has reported this one itself. */
  readonly told: (orphan: Orphan) => boolean;
  /** As `DeparturesOptions.childAsked`. */
  readonly childAsked: (pid: number, signal: number, several: boolean) => void;
}

/** Looks at what is left wherever something ends. */
export class Exits {
  readonly departures: Departures;
  readonly unheard: UnheardErrors;
  readonly ofThreads: ThreadChildren;
  readonly #zombies: Zombies;
  readonly #keepers: Keepers;
  readonly #options: ExitsOptions;
  #leftToRun: readonly number[] | undefined;

  constructor(options: ExitsOptions) {
    this.#options = options;
    const { procfs, ledger } = options;
    const children = () => ledger.children;
    this.ofThreads = new ThreadChildren(options);
    this.departures = new Departures({
      procfs,
      children,
      found: (all) => {
        const orphans = all.filter((orphan) => !options.told(orphan));
        if (!this.#leftToRun && orphans.length > 0) this.#late('child', { orphans: () => orphans });
      },
      others: () => this.ofThreads.pids(),
      asked: (pid, signal) => this.ofThreads.asked(pid, signal),
      childAsked: options.childAsked,
    });
    this.unheard = new UnheardErrors(children);
    this.#zombies = new Zombies({
      procfs,
      children,
      found: (zombies) => {
        if (!this.#leftToRun) this.#late('child', { zombies: () => zombies });
      },
      ofThread: (pid) => this.ofThreads.get(pid),
    });
    this.#keepers = new Keepers({
      pauseMs: options.stallMs,
      children: () => ledger.children.values(),
      found: (keepers) => this.#late('child', {}, { keepers }),
    });
  }

  /** A child has been made. */
  forked(call: ForkCall): void {
    this.departures.commanded(call.request);
    this.ofThreads.forked(call);
  }

  /** The kernel has reported the exit of a child. */
  exited(child: LiveChild): void {
    this.ofThreads.tell('exited', child);
    this.departures.exited(child);
    this.unheard.exited(child);
    this.#zombies.exited();
    watchUnread(child, (one) => this.#late('child', {}, { thrownAway: [one] }));
  }

  /** `unref()` was called on a detached child. */
  released(child: LiveChild): void {
    this.ofThreads.tell('released', child);
    this.#keepers.released(child);
  }

  /** The program has called `unref()` on a child that is not to outlive it. */
  unreferenced(child: LiveChild): void {
    this.ofThreads.tell('released', child);
  }

  /** An IPC channel of this process is about to be closed by this end. `fork`: of the child at the other one. */
  disconnecting(end: object, fork: ForkCall | undefined, site: Site): void {
    const { messagesIn } = require('./unflushed') as typeof import('./unflushed');
    const { hasNoReader } = require('./readers') as typeof import('./readers');
    const unflushed = messagesIn(end, fork, (fd) => hasNoReader(fd, this.#options.procfs));
    this.#late('child', {}, { unflushed }, site);
  }

  /** A worker thread of this thread is about to be ended. */
  terminating(thread: number): void {
    if (!this.#leftToRun) this.ofThreads.terminating(thread);
  }

  /** A worker thread of this thread was ended: it could not look itself. */
  threadEnded(): void {
    this.#zombies.threadEnded();
    setTimer(() => {
      const others = this.#leftToRun ? [] : this.ofThreads.ofEnded();
      for (const hazard of this.#late('thread', {}, { others })) this.reported(hazard);
      this.ofThreads.forgetGone();
    }, GRACE_MS).unref();
  }

  /** What children of this process, and its worker threads, have left is said at the end of a test run. */
  leaveToRun(said: readonly number[] = []): void {
    this.#leftToRun = said;
  }

  /** Of a child of a worker thread no other thread need report the same, nor the end of the process. */
  reported({ child }: Pick<Hazard, 'child'>): void {
    if (child) this.ofThreads.reported(child.pid);
  }

  /** This process, or this worker thread, ends. `told`: those of whom its tests have been told. */
  here(code: number, site: Site, told?: ReadonlySet<number>): Hazard[] {
    const of = this.#options.ledger.threadId === 0 ? 'process' : 'thread';
    // threads that still run end with the process, without running any code
    const others = of === 'process' && !this.#leftToRun ? this.ofThreads.candidates() : [];
    const part =
      this.#leftToRun || told ? this.#partBesides([...(this.#leftToRun ?? []), ...(told ?? [])]) : {};
    const hazards = this.#look({ ...this.#moment(of), code }, { others, ...part }, site);
    if (of === 'thread') for (const hazard of hazards) this.reported(hazard);
    return hazards;
  }

  #partBesides(said: readonly number[]): Pick<ExitContext, 'departures' | 'candidates'> {
    const candidates = [...this.#options.ledger.children].flatMap(([pid, child]) =>
      said.includes(pid) ? [] : child,
    );
    return { departures: this.#departuresWith({}), candidates };
  }

  /** A test, or all of a file, has ended, and these of its children are left. */
  test(candidates: readonly LiveChild[], orphans: readonly Orphan[], file: boolean): Hazard[] {
    const departures = this.#departuresWith({ orphans: () => orphans });
    return this.#look({ ...this.#moment('test'), file }, { candidates, departures });
  }

  /** Those of the children that live and that no signal is ending. */
  alive(children: readonly LiveChild[]): Survivor[] {
    if (children.length === 0) return [];
    const context = this.#options.context();
    const { ownChild, survivorOf } = require('./survivor') as typeof import('./survivor');
    return children
      .flatMap((child) => ownChild(child, this.departures))
      .flatMap((child) => survivorOf(child, context) ?? []);
  }

  /** The parent of this process has died. */
  parent(orphan: Orphan): void {
    if (!this.#options.told(orphan)) this.#late('parent', { orphans: () => [orphan] });
  }

  #late(
    of: Exit['of'],
    departures: Partial<ExitContext['departures']>,
    part: Pick<ExitContext, 'thrownAway' | 'keepers' | 'others' | 'unflushed'> = {},
    site?: Site,
  ): Hazard[] {
    const context = { candidates: [], departures: { ...NOTHING, ...departures }, strangers: () => [] };
    return this.#look(this.#moment(of), { ...context, ...part }, site);
  }

  #departed(): ExitContext['departures'] {
    return {
      orphans: () => this.departures.orphans().filter((orphan) => !this.#options.told(orphan)),
      signals: (pid) => this.departures.signals(pid),
      zombies: () => this.#zombies.all(),
      crash: () => this.unheard.crash,
    };
  }

  /** Nothing of what was found at departures but this. */
  #departuresWith(part: Partial<ExitContext['departures']>): ExitContext['departures'] {
    const { crash, signals } = this.#departed();
    return { ...NOTHING, crash, signals, ...part };
  }

  #look(moment: Exit, part: Partial<ExitContext>, site?: Site): Hazard[] {
    const candidates = [...this.#options.ledger.children.values()];
    const context = { ...this.#options.context(), departures: this.#departed(), candidates, ...part };
    if (isQuiet(moment, context)) return [];
    const { ExitView } = require('../exit-view') as typeof import('../exit-view');
    const place = site && site.frames.length > 0 ? { site } : {};
    return this.#options.judge(new ExitView({ ...moment, ...place }, context));
  }

  #moment(of: Exit['of']): Exit {
    return { type: 'exit', time: wallClock(), threadId: this.#options.ledger.threadId, of };
  }
}
