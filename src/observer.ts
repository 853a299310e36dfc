import { hasSubscribers } from 'node:diagnostics_channel';
import type { Server } from 'node:net';
import { Aftermath } from './aftermath';
import { type Allowance, unknownRules } from './allow';
import { ChosenReporters } from './chosen-reporters';
import type { Config } from './config';
import { Engine } from './engine';
import { Exits } from './exits/exits';
import type { StallSnapshot } from './facts/stall';
import { ForkJudge } from './fork-judge';
import { type ForkCall, imaginedCall } from './instruments/fork-call';
import type { TouchedStdio } from './instruments/process';
import type { LiveChild } from './instruments/sink';
import type { Ledger } from './ledger';
import { MemoryLook } from './memory-look';
import type { Hazard, Site } from './model';
import { OwnTable } from './own-table';
import { Owners } from './owners';
import { PassedDescriptors } from './passed';
import { createProcfs } from './procfs/procfs';
import { rulesAt } from './rules/at-moment';
import type { Snapshots } from './rules/rule';
import { say } from './say';
import { AftermathView, ForkView, type SnapshotContext } from './snapshot';
import { Strangers } from './strangers';
import { TestNews } from './testing/news';
import type { Session } from './testing/session';
import { inWorker } from './thread';

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
  readonly gathered: Gathered;
  readonly procfs = createProcfs();
  readonly reporters: ChosenReporters;
  readonly engine: Engine;
  readonly exits: Exits;
  readonly aftermath: Aftermath;
  readonly news: TestNews;
  readonly forks = new ForkJudge(this);
  readonly ownTable = new OwnTable();
  readonly #memory = new MemoryLook();
  readonly #owners = new Owners(this.procfs);
  readonly #passed = new PassedDescriptors(this.procfs);
  readonly #strangers = new Strangers();

  constructor(gathered: Gathered) {
    this.gathered = gathered;
    if (gathered.config.allow.length > 0) sayUnknown(gathered.config.allow);
    this.reporters = new ChosenReporters(gathered.config, (rule) => this.news.isSpokenFor(rule));
    this.engine = new Engine({
      rules: rulesAt,
      allow: gathered.config.allow,
      reporters: () => this.reporters.make(),
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
      judge: (snapshot) => this.#judge('exit', snapshot),
      stallMs: gathered.config.stallMs,
      told: ({ parent, child, after }) =>
        (parent.pid !== undefined && this.news.told(parent.pid, child.pid)) ||
        (after === 'self' && this.reporters.haveOrphan(child.pid)),
      childAsked: (pid, signal, several) => this.news.asked(pid, signal, several),
    });
    this.news = new TestNews({
      procfs: this.procfs,
      exits: this.exits,
      ledger: gathered.ledger,
      allow: gathered.config.allow,
      settle: () => this.aftermath.settle(),
    });
  }

  /** A descriptor is about to go to a child by its number. */
  passing(call: ForkCall, fd: number): void {
    this.#passed.note(call, fd);
  }

  /** What snapshots read from; made anew for each moment because the tables of a moment are kept in it. */
  get context(): SnapshotContext {
    const { ledger, baseline, touched } = this.gathered;
    return {
      procfs: this.procfs,
      sockets: this.procfs.sockets(),
      ledger,
      baseline,
      touched,
      ownTable: this.ownTable,
      owners: this.#owners,
      passed: this.#passed,
      pid: process.pid,
      slowForkMs: this.gathered.config.slowForkMs,
      memory: this.#memory,
      strangers: () => this.#strangers.confirmed(this.procfs),
      gap: (gap) => this.engine.gap(gap),
    };
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
    const { ConflictView, conflictOf } = require('./conflict-view') as typeof import('./conflict-view');
    const moment = conflictOf(this.gathered.ledger, server, error);
    return this.#judge('conflict', new ConflictView(moment, this.context));
  }

  /** The process or worker thread ends. */
  exit(code: number, site: Site): Hazard[] {
    this.#strangers.look(this.procfs, this.gathered.ledger);
    this.aftermath.settle();
    const hazards = this.exits.here(code, site, this.news.ending());
    this.engine.end({
      pid: process.pid,
      forks: this.forks.count,
      hazards: this.engine.counts(),
      gaps: this.engine.gaps,
    });
    this.news.end();
    return hazards;
  }

  /** Somebody has waited for `stallMs`. */
  stall(snapshot: StallSnapshot): Hazard[] {
    return this.#judge('stall', snapshot);
  }

  /** Hazards that the watcher thread has reported while this one was blocked: only they hear of it who missed it. */
  adopt(hazards: readonly Hazard[]): void {
    for (const hazard of hazards) {
      this.reporters.adopt(hazard, this.engine.adopt(hazard));
    }
  }

  #judge<M extends keyof Snapshots>(moment: M, snapshot: Snapshots[M]): Hazard[] {
    const hazards = this.engine.run(moment, snapshot);
    this.drainGaps();
    return hazards;
  }

  /** Hands what procfs could not read to the engine. */
  drainGaps(): void {
    for (const gap of this.procfs.failures()) this.engine.gap(gap);
  }

  /** Judges a child that might be forked now. */
  check(): Hazard[] {
    this.#strangers.look(this.procfs, this.gathered.ledger);
    const call = imaginedCall();
    call.threadId = this.gathered.ledger.threadId;
    const hazards = this.engine.run('fork', new ForkView(call, this.context));
    hazards.push(
      ...this.engine.run('aftermath', new AftermathView(call, this.context)),
      ...this.aftermath.settle(),
    );
    return hazards;
  }
}

function sayUnknown(allow: readonly Allowance[]): void {
  const { rules } = require('./rules') as typeof import('./rules');
  for (const complaint of unknownRules(allow, rules)) say(complaint);
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
