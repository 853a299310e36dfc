import { hasSubscribers } from 'node:diagnostics_channel';
import type { Server } from 'node:net';
import { Aftermath } from './aftermath';
import { type Allowance, unknownRules } from './allow';
import { Budget } from './budget';
import { ChosenReporters } from './chosen-reporters';
import { now, wallClock } from './clock';
import type { Config } from './config';
import { Engine } from './engine';
import { Exits } from './exits/exits';
import type { StallSnapshot } from './facts/stall';
import { publishEnd } from './fork-channel';
import { type ForkCall, type ForkRequest, imaginedCall } from './instruments/fork-call';
import type { TouchedStdio } from './instruments/process';
import type { LiveChild } from './instruments/sink';
import { descriptorOf } from './instruments/stdio';
import type { Ledger } from './ledger';
import { MemoryLook } from './memory-look';
import type { ForkRecord, Gap, Hazard, Site } from './model';
import { OwnTable } from './own-table';
import { Owners } from './owners';
import { PassedDescriptors } from './passed';
import { createProcfs } from './procfs/procfs';
import { resourceOf } from './resources';
import { rulesAt } from './rules/at-moment';
import { say } from './say';
import { AftermathView, ForkView, type SnapshotContext } from './snapshot';
import { Strangers } from './strangers';
import { TestNews } from './testing/news';
import type { Session } from './testing/session';
import { inWorker } from './thread';
import { isTraced } from './tracing';

const BURST: Gap = {
  what: 'some forks of a burst',
  why: 'they came faster than each could be judged in 2 % of the time; others of the same kind were',
};

/** What the guard has gathered since the start. */
export interface Gathered {
  readonly config: Config;
  readonly ledger: Ledger;
  readonly touched: TouchedStdio;
  readonly baseline: ReadonlySet<string>;
}

/**
 * The part that looks and judges: kernel, rules, reporters. It is loaded at the first fork, so that a program
 * that never forks does not pay for it.
 */
export class Observer {
  readonly procfs = createProcfs();
  readonly engine: Engine;
  readonly exits: Exits;
  readonly aftermath: Aftermath;
  readonly news: TestNews;
  readonly #gathered: Gathered;
  readonly #ownTable = new OwnTable();
  readonly #budget = new Budget();
  readonly #memory = new MemoryLook();
  readonly #owners = new Owners(this.procfs);
  readonly #passed = new PassedDescriptors(this.procfs);
  readonly #strangers = new Strangers();
  #forks = 0;
  readonly #reporters: ChosenReporters;

  constructor(gathered: Gathered) {
    this.#gathered = gathered;
    if (gathered.config.allow.length > 0) sayUnknown(gathered.config.allow);
    this.#reporters = new ChosenReporters(gathered.config, () => this.news.sessionSoFar?.spoken === true);
    this.engine = new Engine({
      rules: rulesAt,
      allow: gathered.config.allow,
      reporters: () => this.#reporters.make(),
      quiet: gathered.config.reporters === undefined,
      publish: (hazard) => {
        publishHazard(hazard);
        if (gathered.config.exitCode !== undefined) tellOfHarm(hazard);
      },
      pid: process.pid,
      threadId: gathered.ledger.threadId,
      ranMs: () => {
        const counter = this.procfs.schedstat('self', this.procfs.threadSelf());
        return counter && counter.ranNanoseconds / 1e6;
      },
    });
    this.aftermath = new Aftermath({
      engine: this.engine,
      context: () => this.context,
      drainGaps: () => this.drainGaps(),
      slowForkMs: gathered.config.slowForkMs,
      suspects: () => this.#strangers.lookAgain(this.procfs, gathered.ledger),
    });
    this.exits = new Exits({
      procfs: this.procfs,
      ledger: gathered.ledger,
      context: () => this.context,
      judge: (snapshot) => {
        const hazards = this.engine.run('exit', snapshot);
        this.drainGaps();
        return hazards;
      },
      stallMs: gathered.config.stallMs,
      told: ({ parent, child, after }) =>
        (parent.pid !== undefined && this.news.told(parent.pid, child.pid)) ||
        (after === 'self' && this.#reporters.haveOrphan(child.pid)),
    });
    this.news = new TestNews({
      procfs: this.procfs,
      exits: this.exits,
      ledger: gathered.ledger,
      settle: () => this.aftermath.settle(),
    });
  }

  get forks(): number {
    return this.#forks;
  }

  /** A descriptor is about to go to a child by its number. */
  passing(call: ForkCall, fd: number): void {
    this.#passed.note(call, fd);
  }

  /** A fork of a program that traces itself is about to happen: what it leads to belongs to its span. */
  forking(call: ForkCall): void {
    this.#reporters.trace((otel) => otel.forking?.(call));
  }

  /** What snapshots read from; made anew for each moment because the tables of a moment are kept in it. */
  get context(): SnapshotContext {
    const { ledger, baseline, touched } = this.#gathered;
    return {
      procfs: this.procfs,
      sockets: this.procfs.sockets(),
      ledger,
      baseline,
      touched,
      ownTable: this.#ownTable,
      owners: this.#owners,
      passed: this.#passed,
      pid: process.pid,
      slowForkMs: this.#gathered.config.slowForkMs,
      memory: this.#memory,
      strangers: () => this.#strangers.confirmed(this.procfs),
      gap: (gap) => this.engine.gap(gap),
    };
  }

  /** Whether a `*Sync` call is one more of a burst of which enough were judged; `spared`: nobody need watch it. */
  passes(request: ForkRequest, spared: () => boolean): boolean {
    if (this.news.wanted || this.#gathered.ledger.threadId !== 0) return false;
    if (!this.#budget.passes(request) || !spared()) return false;
    this.#forks++;
    this.engine.gap(BURST);
    return true;
  }

  /** A call that was let through has failed. */
  failed(call: ForkCall): Hazard[] {
    this.#forks--; // it was counted when it was let through
    return this.fork(call);
  }

  /** Judges a fork that has just been made, or, for `process.execve`, is about to be. */
  fork(call: ForkCall): Hazard[] {
    const begin = now();
    this.#forks++;
    if (isTraced()) this.#reporters.trace((otel) => otel.forked?.(call));
    if (call.blockedMs !== undefined) this.#ownTable.earn(call.blockedMs);
    const view = once(() => new ForkView(call, this.context));
    this.exits.forked(call);
    const judged = !this.#skips(call);
    const hazards = judged ? this.engine.run('fork', view()) : [];
    this.aftermath.follow(call);
    const record = once(() => this.#recordOf(call, view()));
    if (this.#gathered.config.forks) this.engine.each('fork', (reporter) => reporter.fork?.(record()));
    publishEnd(call, record);
    this.news.forked(call);
    this.drainGaps();
    if (judged) this.#budget.spend(call, now() - begin);
    return hazards;
  }

  #skips(call: ForkCall): boolean {
    const { mode, slowForkMs } = this.#gathered.config;
    // a span is to have each hazard of its request
    if (mode === 'throw' || call.span !== undefined || !this.#budget.skips(call, slowForkMs)) return false;
    this.engine.gap(BURST);
    return true;
  }

  /** The part that answers test code; made when it first asks, and hears of all hazards from then on. */
  get tests(): Session {
    this.engine.hearer ??= (hazard) => this.news.session.found(hazard);
    return this.news.session;
  }

  /** The kernel has reported the exit of a child. */
  exited(child: LiveChild): void {
    this.exits.exited(child);
    this.news.exited(child);
  }

  /** `listen` has failed with EADDRINUSE. */
  conflict(server: Server, error: NodeJS.ErrnoException): Hazard[] {
    const { address, port } = error as { address?: unknown; port?: unknown };
    const { opened: listened } = resourceOf(this.#gathered.ledger, server, 'listener', '');
    const moment = {
      type: 'conflict' as const,
      time: wallClock(),
      threadId: this.#gathered.ledger.threadId,
      address: `${address ?? '*'}:${port ?? ''}`,
      ...(typeof port === 'number' && { port }),
      ...(listened && { listened }),
    };
    const { ConflictView } = require('./conflict-view') as typeof import('./conflict-view');
    const hazards = this.engine.run('conflict', new ConflictView(moment, this.context));
    this.drainGaps();
    return hazards;
  }

  /** Remembers where a listener was opened whose descriptor a child has been sent. */
  handedOver(object: object, pid: number): void {
    if (isConnection(object)) return;
    const { ledger } = this.#gathered;
    const fd = descriptorOf(object);
    const target = fd === undefined ? undefined : this.procfs.link('self', fd);
    if (!target) return;
    const { opened } = resourceOf(ledger, object, 'listener', target);
    ledger.noteHandedOver(target, opened, ledger.children.get(pid)?.fork);
  }

  /** The process or worker thread ends. */
  exit(code: number, site: Site): Hazard[] {
    this.#strangers.look(this.procfs, this.#gathered.ledger);
    this.aftermath.settle();
    const hazards = this.exits.here(code, site);
    this.engine.end({
      pid: process.pid,
      forks: this.#forks,
      hazards: this.engine.counts(),
      gaps: this.engine.gaps,
    });
    this.news.end();
    return hazards;
  }

  /** Somebody has waited for `stallMs`. */
  stall(snapshot: StallSnapshot): Hazard[] {
    const hazards = this.engine.run('stall', snapshot);
    this.drainGaps();
    return hazards;
  }

  /** Hazards that the watcher thread has reported while this one was blocked: only they hear of it who missed it. */
  adopt(hazards: readonly Hazard[]): void {
    for (const hazard of hazards) {
      this.engine.adopt(hazard);
      this.#reporters.adopt(hazard);
    }
  }

  /** Hands what procfs could not read to the engine. */
  drainGaps(): void {
    for (const gap of this.procfs.failures()) this.engine.gap(gap);
  }

  /** Judges a child that might be forked now. */
  check(): Hazard[] {
    this.#strangers.look(this.procfs, this.#gathered.ledger);
    const call = imaginedCall();
    call.threadId = this.#gathered.ledger.threadId;
    const hazards = this.engine.run('fork', new ForkView(call, this.context));
    hazards.push(
      ...this.engine.run('aftermath', new AftermathView(call, this.context)),
      ...this.aftermath.settle(),
    );
    return hazards;
  }

  #recordOf(call: ForkCall, view: ForkView): ForkRecord {
    const open = this.procfs.openCount('self');
    return {
      fork: call,
      pid: process.pid,
      descriptors: {
        ...(open !== undefined && { open }),
        inheritable: view.crossings().filter(({ via }) => via === 'leak').length,
      },
      threads: view.threads().length,
    };
  }
}

function sayUnknown(allow: readonly Allowance[]): void {
  const { rules } = require('./rules') as typeof import('./rules');
  const names = rules.map(({ name }) => name);
  for (const name of unknownRules(allow, names))
    say(`"${name}" is allowed, but there is no such rule: \`forkguard explain\` lists all`);
}

/**
 * Whether somebody is connected to what a child is sent: a `Socket`, or the bare handle that a cluster's primary hands
 * over with each connection. No listener is lost with it.
 */
function isConnection(object: object): boolean {
  if ('remoteAddress' in object) return true;
  const { getpeername } = object as { getpeername?(out: object): number };
  return getpeername !== undefined && getpeername.call(object, {}) === 0;
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The main thread ends the process, and with which code. */
function tellOfHarm({ severity }: Hazard): void {
  if (severity === 'info' || !inWorker) return;
  (require('./exits/thread-notes') as typeof import('./exits/thread-notes')).tell({ type: 'harmful' });
}

function publishHazard(hazard: Hazard): void {
  if (!hasSubscribers('forkguard:hazard')) return; // the channel is made only once somebody has subscribed
  (require('./channels') as typeof import('./channels')).hazardChannel.publish(hazard);
}
