import type { ForkCall } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import type { Ledger } from '../ledger';
import type { Procfs } from '../procfs/procfs';
import type { SnapshotContext } from '../snapshot';
import type { Candidate } from './survivor';
import type { ThreadChild } from './thread-notes';

export interface ThreadChildrenOptions {
  readonly procfs: Procfs;
  readonly ledger: Ledger;
  readonly context: () => SnapshotContext;
}

/** Children of other threads of this process, and what this thread tells the others of its own. */
export class ThreadChildren {
  readonly #options: ThreadChildrenOptions;

  constructor(options: ThreadChildrenOptions) {
    this.#options = options;
  }

  /** This thread has made a child. */
  forked(call: ForkCall): void {
    if (this.#inWorker) this.#notes?.tellFork(call);
  }

  /** A child of this thread has ended, or was released. */
  tell(type: 'exited' | 'released', { fork: { child } }: LiveChild): void {
    if (child && this.#inWorker) this.#notes?.tell({ type, pid: child.pid });
  }

  /** Somebody, who may be another thread's child, was sent a signal. */
  asked(pid: number, signal: number): void {
    this.#notes?.tell({ type: 'asked', pid, signal });
  }

  /** No other thread need report the same of this child, nor the end of the process. */
  reported(pid: number): void {
    this.#notes?.tell({ type: 'reported', pid });
  }

  get(pid: number): ThreadChild | undefined {
    return this.#notes?.childrenOfThreads().get(pid);
  }

  pids(): Iterable<number> {
    return this.#notes?.childrenOfThreads().keys() ?? [];
  }

  /** Those of whom nothing was reported. */
  candidates(): Candidate[] {
    return this.#unreported().map((made) => ({ ...survivors().childOfThread(made), ...this.#toldOf(made) }));
  }

  /** Those of them whose thread has ended. */
  ofEnded(): Candidate[] {
    return this.#unreported()
      .filter(this.#hasEnded)
      .map((made) => survivors().childOfThread(made));
  }

  /** Those whose thread has ended, and who are gone. */
  forgetGone(): void {
    // one that is a zombie by now has yet to be told of
    const isGone = (pid: number) => this.#options.procfs.stat(pid) === undefined;
    this.#notes?.forget(({ thread, child }) => !this.#options.ledger.runs(thread) && isGone(child.pid));
  }

  /** Whether a child serves until its thread ends, as `Survivor.service`. */
  serves(made: ThreadChild): boolean {
    const { childOfThread, survivorOf } = survivors();
    return survivorOf(childOfThread(made), this.#options.context())?.service === true;
  }

  /** What waits on a pipe to the thread reads its end before that is known here. Its own worker threads end with it. */
  terminating(thread: number): void {
    const { context, ledger } = this.#options;
    for (const made of this.#unreported()) {
      if (made.thread !== thread && ledger.hasStarted(made.thread)) continue;
      const { childOfThread, survivorOf } = survivors();
      made.told = { answer: survivorOf(childOfThread(made), context())?.told };
    }
  }

  /** Nothing where it can be looked up: the thread still runs. */
  #toldOf(made: ThreadChild): Pick<Candidate, 'told'> {
    if (made.told) return { told: made.told };
    return this.#hasEnded(made) ? { told: { answer: undefined } } : {};
  }

  readonly #hasEnded = ({ thread }: ThreadChild): boolean => {
    const { ledger } = this.#options;
    return ledger.hasStarted(thread) && !ledger.runs(thread);
  };

  #unreported(): ThreadChild[] {
    return [...(this.#notes?.childrenOfThreads().values() ?? [])].filter(({ reported }) => !reported);
  }

  get #inWorker(): boolean {
    return this.#options.ledger.threadId !== 0;
  }

  /** Loaded only where there are worker threads. */
  get #notes(): typeof import('./thread-notes') | undefined {
    if (!this.#inWorker && !this.#options.ledger.hasStartedAny) return undefined;
    return require('./thread-notes') as typeof import('./thread-notes');
  }
}

/** Loaded with the first child that may live on. */
function survivors(): typeof import('./survivor') {
  return require('./survivor') as typeof import('./survivor');
}
