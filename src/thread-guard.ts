import type { Worker } from 'node:worker_threads';
import { childrenOfThreads, hearThreads, threadsReportedHarm } from './exits/thread-notes';
import type { Guard } from './guard';
import type { ThreadSink } from './instruments/sink';
import { RUN_LOG } from './testing/protocol';

/** Hears of the worker threads that one thread starts, and has the observer look at what they leave. */
export class ThreadGuard implements ThreadSink {
  readonly #guard: Guard;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  started(worker: Worker, stack: Error | undefined): void {
    this.#guard.ledger.noteWorker(worker, stack);
    if (process.env[RUN_LOG] !== undefined) this.#guard.observer.news.started(worker, stack);
    hearThreads();
    this.#guard.resources.opened('thread', worker, []);
  }

  terminating(worker: Worker): void {
    if (this.#isTheirs(worker) && this.haveChildren) this.#guard.observer.exits.terminating(worker.threadId);
  }

  ended(worker: Worker, exitCode: number): void {
    // a thread that ends by itself has looked at its children itself
    if (exitCode !== 0 && this.#isTheirs(worker) && this.haveChildren)
      this.#guard.observer.exits.threadEnded();
  }

  /** Whether other threads of this process have made children that are not known to have ended. */
  get haveChildren(): boolean {
    return childrenOfThreads().size > 0;
  }

  /** Whether one of them has reported anything of severity `error` or `warning`. */
  get reportedHarm(): boolean {
    return threadsReportedHarm();
  }

  /** The thread that watches blocking calls is none of the program's. */
  #isTheirs(worker: Worker): boolean {
    return this.#guard.ledger.openingOf(worker) !== undefined;
  }
}
