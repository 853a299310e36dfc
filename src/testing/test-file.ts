import type { Hazard } from '../model';
import { ask, isHarmful, notSaid, settle } from './ask';
import type { Mark } from './protocol';
import { Running } from './running';

/** What a set-up module knows of the tests of its runner. */
export interface Tests<Test> {
  nameOf(test: Test): string;
  /** Whether something runs after the test that may end what it leaves, such as `afterAll`. */
  mayEndLater(test: Test): boolean;
  /** Whether the test has failed in the end: runners try again, skip, or want a test to fail. */
  hasFailed(test: Test, error: Error): boolean;
}

/** What set-up modules let a test fail with, or the file, where there is no test. */
export interface Failure<Test> {
  readonly test?: Test;
  /** Its stack is its message: one of ours would point into forkguard. */
  readonly error: Error;
  readonly hazards: readonly Hazard[];
}

interface Ran<Test> {
  readonly test: Test;
  readonly since: Mark;
  readonly until: Mark;
}

/** Judges the tests of a file, and when it ends the file itself. */
export class TestFile<Test> {
  /** As it is shown. */
  path: string;
  readonly #tests: Tests<Test>;
  readonly #since: Mark;
  #sinceTest: Mark;
  readonly #running = new Running();
  readonly #said = new Set<unknown>();
  readonly #told: (Failure<Test> & { readonly test: Test })[] = [];
  readonly #postponed: Ran<Test>[] = [];

  /** @throws Error where forkguard was not preloaded */
  constructor(path: string, tests: Tests<Test>) {
    this.path = path;
    this.#tests = tests;
    this.#since = ask({ type: 'mark' });
    this.#sinceTest = this.#since;
  }

  /** A test begins. `overlaps`: others may run at the same time. */
  begin(test: Test, overlaps = false): void {
    ask({ type: 'test', name: this.#tests.nameOf(test), file: this.path });
    if (this.#running.begin(test, overlaps)) this.#sinceTest = ask({ type: 'mark' });
  }

  /** A test and its own hooks have ended: what it fails with. */
  async end(test: Test): Promise<Failure<Test> | undefined> {
    // the file answers for tests that overlap
    if (!this.#running.end(test)) return undefined;
    const since = this.#sinceTest;
    if (this.#tests.mayEndLater(test) && ask({ type: 'left', since }).length > 0) {
      this.#postponed.push({ test, since, until: ask({ type: 'mark' }) });
      return undefined;
    }
    const hazards = await this.#look(since, false);
    if (hazards.length === 0) return undefined;
    const failure = { test, ...this.#failure(hazards, test) };
    this.#told.push(failure);
    return failure;
  }

  /** All has ended: what fails that was not told yet, or in vain. */
  async finish(): Promise<readonly Failure<Test>[]> {
    const inVain = this.#told.filter(({ test, error }) => !this.#tests.hasFailed(test, error));
    let others = await this.#look(this.#since, true);
    const late = this.#postponed.flatMap((ran) => {
      const own = others.filter((hazard) => isOf(ran, hazard));
      if (own.length === 0) return [];
      others = others.filter((hazard) => !own.includes(hazard));
      return { test: ran.test, ...this.#failure(own, ran.test) };
    });
    return [...inVain, ...late, ...(others.length > 0 ? [this.#failure(others)] : [])];
  }

  async #look(since: Mark, file: boolean): Promise<readonly Hazard[]> {
    await settle(since);
    return notSaid(ask({ type: 'judge', since, file }).hazards.filter(isHarmful), this.#said);
  }

  #failure(hazards: readonly Hazard[], test?: Test): { readonly error: Error; hazards: readonly Hazard[] } {
    const whose = test === undefined ? `the file ${this.path}` : `the test "${this.#tests.nameOf(test)}"`;
    const error = new Error(`forkguard: ${whose}\n\n${ask({ type: 'render', hazards })}`);
    error.stack = error.message;
    return { error, hazards };
  }
}

/** Whether a hazard is of a child or a fork of that time. */
function isOf({ since, until }: Ran<unknown>, { child, fork }: Hazard): boolean {
  if (child && until.pids.has(child.pid)) return !since.pids.has(child.pid);
  const { threadId } = require('node:worker_threads') as typeof import('node:worker_threads');
  const [pid, thread, number] = fork?.split('.').map(Number) ?? [];
  if (pid !== process.pid || thread !== threadId || number === undefined) return false;
  return since.lastFork < number && number <= until.lastFork;
}
