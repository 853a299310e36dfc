import type { Worker } from 'node:worker_threads';
import { wallClock } from '../clock';
import type { ForkCall } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import { siteOf } from '../site';
import { RUN_LOG } from './protocol';
import type { RunLog } from './run-log';
import type { Session, SessionOptions } from './session';

/** What test code, and the main process of its runner, learn of forks. Hardly anything is loaded where there are no tests. */
export class TestNews {
  readonly #options: SessionOptions;
  #session: Session | undefined;
  #ending = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The part that answers test code; made when it first asks. */
  get session(): Session {
    if (!this.#session) {
      const { Session: Made } = require('./session') as typeof import('./session');
      this.#session = new Made(this.#options);
    }
    return this.#session;
  }

  /** A runner speaks for what is found; not for who is left by nobody's test, at the end. */
  isSpokenFor(rule?: string): boolean {
    return this.#session?.spoken === true && !(this.#ending && rule === 'orphaned-children');
  }

  /** The process or thread is about to end. Returns of whom its tests have been told, if any have run. */
  ending(): ReadonlySet<number> | undefined {
    this.#ending = true;
    return this.#session?.spoken ? this.#session.told : undefined;
  }

  /** Somebody learns of each fork. */
  get wanted(): boolean {
    return this.#session !== undefined || process.env[RUN_LOG] !== undefined;
  }

  forked(call: ForkCall): void {
    if (this.#session) this.#session.forked(call);
    else this.#note((log) => log.add(call, call.threadId));
  }

  /** The kernel has reported the exit of a child. */
  exited(child: LiveChild): void {
    if (this.#session) this.#session.exited(child);
    else this.#note((log) => log.ended(child.process.pid ?? 0));
  }

  /** A child was sent a signal: it may take its time to end, after the test and whoever has run it. */
  asked(pid: number, signal: number, several: boolean): void {
    this.#note((log) => log.asked(pid, signal, several));
  }

  /** A worker thread: what it forks belongs to the test that has started it. */
  started({ threadId }: Worker, stack: Error | undefined): void {
    const noted = { starts: threadId, time: wallClock(), ...(stack && { forked: siteOf(stack) }) };
    this.#note((log) => log.add(noted, this.#options.ledger.threadId));
  }

  /** Whether the tests of a process that was killed have been told of this one. */
  told(by: number, pid: number): boolean {
    return runLog().toldBy(by).has(pid);
  }

  /** The process or worker thread ends. */
  end(): void {
    this.#session?.end();
  }

  /** The main process of the runner reads where a process or worker thread was made that a test has started. */
  #note(note: (log: RunLog) => void): void {
    if (process.env[RUN_LOG] === undefined) return;
    const log = runLog().here();
    if (log) note(log);
  }
}

/** Loaded in test runs, and where a killed process may have been a test. */
function runLog(): typeof RunLog {
  return (require('./run-log') as typeof import('./run-log')).RunLog;
}
