import { Budget } from './budget';
import { now } from './clock';
import { publishEnd } from './fork-channel';
import type { ForkCall, ForkRequest } from './instruments/fork-call';
import type { ForkRecord, Gap, Hazard } from './model';
import type { Observer } from './observer';
import { ForkView } from './snapshot';
import { isTraced } from './tracing';

const BURST: Gap = {
  what: 'some forks of a burst',
  why: 'they came faster than each could be judged in 2 % of the time; others of the same kind were',
};

/** Judges the forks of one thread: each, or of a burst as many as the time goes for. */
export class ForkJudge {
  readonly #observer: Observer;
  readonly #budget = new Budget();
  #count = 0;

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  /** How many were made. */
  get count(): number {
    return this.#count;
  }

  /** Whether a `*Sync` call is one more of a burst of which enough were judged; `spared`: nobody need watch it. */
  passes(request: ForkRequest, spared: () => boolean): boolean {
    const { news, engine, gathered } = this.#observer;
    if (news.wanted || gathered.ledger.threadId !== 0) return false;
    if (!this.#budget.passes(request) || !spared()) return false;
    this.#count++;
    engine.gap(BURST);
    return true;
  }

  /** A fork of a program that traces itself is about to happen: what it leads to belongs to its span. */
  forking(call: ForkCall): void {
    this.#observer.reporters.trace((otel) => otel.forking?.(call));
  }

  /** A call that was let through has failed. */
  failed(call: ForkCall): Hazard[] {
    this.#count--; // it was counted when it was let through
    return this.forked(call);
  }

  /** Judges a fork that has just been made, or, for `process.execve`, is about to be. */
  forked(call: ForkCall): Hazard[] {
    const begin = now();
    const { engine, exits, aftermath, news, gathered } = this.#observer;
    this.#count++;
    if (isTraced()) this.#observer.reporters.trace((otel) => otel.forked?.(call));
    if (call.blockedMs !== undefined) this.#observer.ownTable.earn(call.blockedMs);
    const view = once(() => new ForkView(call, this.#observer.context));
    exits.forked(call);
    const judged = !this.#skips(call);
    const hazards = judged ? engine.run('fork', view()) : [];
    aftermath.follow(call);
    const record = once(() => this.#recordOf(call, view()));
    if (gathered.config.forks) engine.each('fork', (reporter) => reporter.fork?.(record()));
    publishEnd(call, record);
    news.forked(call);
    this.#observer.drainGaps();
    if (judged) this.#budget.spend(call, now() - begin);
    return hazards;
  }

  #skips(call: ForkCall): boolean {
    const { mode, slowForkMs } = this.#observer.gathered.config;
    // a span is to have each hazard of its request
    if (mode === 'throw' || call.span !== undefined || !this.#budget.skips(call, slowForkMs)) return false;
    this.#observer.engine.gap(BURST);
    return true;
  }

  #recordOf(call: ForkCall, view: ForkView): ForkRecord {
    const open = this.#observer.procfs.openCount('self');
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

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
