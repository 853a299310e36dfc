import { type Allowance, mayBeLeft } from '../allow';
import { wallClock } from '../clock';
import { catches } from '../exits/left-behind';
import { isAlive } from '../procfs/parse-process';
import { createProcfs, type Procfs } from '../procfs/procfs';
import { ask } from './ask';
import { type Left, type Mark, RUN_LOG } from './protocol';
import { type LoggedFork, RunLog } from './run-log';
import type { Known } from './run-report';

/** Milliseconds between looks at the end of a run: workers are being killed then. */
const PAUSES = [10, 50, 100, 200, 400, 800];

/** Milliseconds that is given to who was asked to end, and may be about to: vitest ends 10 s after it begins to close. */
const ENDING_MS = 8000;

/** Milliseconds between looks at them. */
const ENDING_PAUSE_MS = 200;

/** Where jest's teardown, a module of its own, finds what ends the run. */
export const END = Symbol.for('forkguard.test-run.end');

/**
 * The part of a test run that lives in the runner's main process. It outlives the workers, which runners kill
 * without asking, and sees what they leave: processes that have the run's log in their environment, but no
 * ancestor in the run.
 */
export class Run {
  readonly #log = RunLog.make();
  readonly #before = process.env[RUN_LOG];
  readonly #since: Mark;
  readonly #allow: readonly Allowance[];

  /** @throws Error where forkguard was not preloaded */
  constructor() {
    process.env[RUN_LOG] = this.#log.path;
    try {
      this.#allow = ask({ type: 'run' });
      this.#since = ask({ type: 'mark' });
    } catch (error) {
      this.#clear();
      throw error;
    }
  }

  /**
   * Ends the run. Returns the report of what was left, or nothing.
   *
   * @param known what the runner knows: by it forks are named that no set-up module has named
   */
  async end(known: Known = {}): Promise<string | undefined> {
    const procfs = createProcfs();
    try {
      let now = this.#look(procfs, known);
      for (const pause of PAUSES) {
        if (now.left.length === 0 && !now.undecided) break;
        await new Promise((resolve) => setTimeout(resolve, pause));
        now = this.#look(procfs, known);
      }
      while (now.ending) {
        await new Promise((resolve) => setTimeout(resolve, ENDING_PAUSE_MS));
        now = this.#look(procfs, known);
      }
      if (now.left.length === 0) return undefined;
      ask({ type: 'run', said: now.left });
      // most runs leave nothing
      const { reportOf } = require('./run-report') as typeof import('./run-report');
      return reportOf(now.left, this.#log.read(), procfs, known);
    } finally {
      this.#clear();
    }
  }

  #clear(): void {
    this.#log.remove();
    if (this.#before === undefined) delete process.env[RUN_LOG];
    else process.env[RUN_LOG] = this.#before;
  }

  #look(procfs: Procfs, known: Known): Look {
    const mark = `${RUN_LOG}=${this.#log.path}`;
    const members = (procfs.processes() ?? []).filter(
      (pid) => pid !== process.pid && procfs.environment(pid)?.includes(mark) && isAlive(procfs.stat(pid)),
    );
    const forks = this.#log.read();
    const last = (pid: number) => forks.findLast((fork) => fork.pid === pid);
    const untold = members.filter(
      (pid) => last(pid)?.told !== true && last(parentOf(pid, procfs))?.told !== true,
    );
    // a child of a worker thread stays below this process when the thread has gone, and may serve until then
    const ofThread = (pid: number) =>
      last(pid)?.by === process.pid && last(pid)?.thread !== 0 && !ask({ type: 'serves', pid });
    const own = new Set(this.#ownLeft(forks, known).map(({ pid }) => pid));
    const isLeft = (pid: number) => ofThread(pid) || own.has(pid) || !isBelow(pid, process.pid, procfs);
    const left = untold.filter((pid) => isLeft(pid) && !this.#mayBeLeft(pid, forks, procfs));
    const undecided = untold.some((pid) => !isLeft(pid) && parentOf(pid, procfs) !== process.pid);
    const ending = left.some((pid) => {
      const asked = last(pid)?.asked ?? askedWith(last(procfs.stat(pid)?.pgrp ?? 0));
      return asked && wallClock() - asked.at < ENDING_MS && catches(pid, asked.signal, procfs);
    });
    return { left, undecided, ending };
  }

  #mayBeLeft(pid: number, forks: readonly LoggedFork[], procfs: Procfs): boolean {
    if (this.#allow.length === 0) return false;
    const { commandOf, originsOf } = require('./run-report') as typeof import('./run-report');
    const origins = originsOf(pid, forks, procfs);
    const files = origins.flatMap(({ site, through }) => (site ? [site.file, ...through] : through));
    return mayBeLeft(commandOf(pid, origins, procfs), files, this.#allow);
  }

  /** Children of this very process, in which jest runs the tests if they are few. */
  #ownLeft(forks: readonly LoggedFork[], { tests = [] }: Known): readonly Left[] {
    const files = new Set(tests.map(({ file }) => file));
    const ofTests = forks.filter(
      ({ by, through }) => by === process.pid && through.some((file) => files.has(file)),
    );
    if (ofTests.length === 0) return [];
    return ask({ type: 'left', since: this.#since }).filter(({ pid }) =>
      ofTests.some((fork) => fork.pid === pid),
    );
  }
}

interface Look {
  readonly left: readonly number[];
  /** A worker that is not yet dead has children, who will be left if they outlive it. */
  readonly undecided: boolean;
  /** Somebody who is left was asked to end a while ago. */
  readonly ending: boolean;
}

/** What the group of a child was sent. */
function askedWith(leader: LoggedFork | undefined): LoggedFork['asked'] {
  return leader?.asked?.several ? leader.asked : undefined;
}

function parentOf(pid: number, procfs: Procfs): number {
  return procfs.stat(pid)?.ppid ?? 0;
}

function isBelow(pid: number, ancestor: number, procfs: Procfs): boolean {
  for (let one = pid, depth = 0; one > 1 && depth < 64; depth++) {
    one = procfs.stat(one)?.ppid ?? 0;
    if (one === ancestor) return true;
  }
  return false;
}
