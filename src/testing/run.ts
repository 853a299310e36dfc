import { escapeText } from '../escape';
import { createProcfs, type Procfs } from '../procfs/procfs';
import { redactText } from '../redact';
import { relativePath } from '../render';
import { ask } from './ask';
import { type Left, type Mark, RUN_LOG } from './protocol';
import { type RanTest, testOf } from './ran-tests';
import { type LoggedFork, RunLog } from './run-log';

/** Milliseconds between looks at the end of a run: workers are being killed then. */
const PAUSES = [10, 50, 100, 200, 400, 800];

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

  /** @throws Error where forkguard was not preloaded */
  constructor() {
    process.env[RUN_LOG] = this.#log.path;
    try {
      ask({ type: 'run' });
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
      if (now.left.length === 0) return undefined;
      ask({ type: 'run', said: now.left });
      return this.#report(now.left, procfs, known);
    } finally {
      this.#clear();
    }
  }

  #clear(): void {
    this.#log.remove();
    if (this.#before === undefined) delete process.env[RUN_LOG];
    else process.env[RUN_LOG] = this.#before;
  }

  /** Who is left, and whether a worker that is not yet dead has children, who will be left if they outlive it. */
  #look(procfs: Procfs, known: Known): { readonly left: readonly number[]; readonly undecided: boolean } {
    const mark = `${RUN_LOG}=${this.#log.path}`;
    const members = (procfs.processes() ?? []).filter(
      (pid) => pid !== process.pid && procfs.environment(pid)?.includes(mark) && isAlive(pid, procfs),
    );
    const forks = this.#log.read();
    const last = (pid: number) => forks.findLast((fork) => fork.pid === pid);
    const untold = members.filter(
      (pid) => last(pid)?.told !== true && last(parentOf(pid, procfs))?.told !== true,
    );
    // a child of a worker thread stays below this process when the thread has gone
    const ofThread = (pid: number) => last(pid)?.by === process.pid && last(pid)?.thread !== 0;
    const own = new Set(this.#ownLeft(forks, known).map(({ pid }) => pid));
    const left = untold.filter((pid) => ofThread(pid) || own.has(pid) || !isBelow(pid, process.pid, procfs));
    const undecided = untold.some((pid) => !left.includes(pid) && parentOf(pid, procfs) !== process.pid);
    return { left, undecided };
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

  #report(left: readonly number[], procfs: Procfs, { tests = [], original }: Known): string {
    const forks = this.#log.read();
    return left
      .map((pid) => {
        const comm = procfs.stat(pid)?.comm ?? '';
        const fork = originOf(pid, forks, procfs);
        if (!fork) return describe(pid, comm, undefined);
        // a set-up module has named it, and knows the lines of the source
        if (fork.test !== undefined) return describe(pid, comm, fork);
        const site = fork.site && (original?.(fork.site) ?? fork.site);
        const from = testOf(chain(fork, forks), tests);
        return describe(pid, comm, { ...fork, ...(site && { site }), ...from });
      })
      .join('\n\n');
  }
}

/** What the runner's main process can tell of forks in its workers. */
export interface Known {
  readonly tests?: readonly RanTest[];
  /** The place in the source, for one in compiled code. */
  readonly original?: (site: Place) => Place | undefined;
}

type Place = NonNullable<LoggedFork['site']>;

/** Milliseconds by which the kernel's start of a process may seem to differ from the clock. */
const TOLERANCE = 20;

/** The fork of a process, or of the child that has left it behind, where only one can have. */
function originOf(pid: number, forks: readonly LoggedFork[], procfs: Procfs): LoggedFork | undefined {
  const stat = procfs.stat(pid);
  if (!stat) return undefined;
  const known = [pid, stat.session, stat.pgrp].flatMap(
    (id) => forks.findLast((fork) => fork.pid === id) ?? [],
  )[0];
  if (known) return known;
  const environment = procfs.environment(pid) ?? [];
  const born = Date.now() - (procfs.uptime() ?? 0) * 1000 + stat.startTime * 10;
  const alive = forks.filter(
    ({ time = Number.POSITIVE_INFINITY, end = Number.POSITIVE_INFINITY, worker, starts }) =>
      starts === undefined &&
      time - TOLERANCE <= born &&
      born <= end + TOLERANCE &&
      worker.every((pair) => environment.includes(pair)),
  );
  const naming = alive.filter(({ command, end }) => end !== undefined && command.includes(stat.comm));
  const [one, another] = alive.length > 1 ? naming : alive;
  return another ? undefined : one;
}

/** A fork, what started the process or worker thread in which it was made, and so on. */
function chain(fork: LoggedFork, forks: readonly LoggedFork[], depth = 0): LoggedFork[] {
  const { by, thread } = fork;
  const above = forks.findLast((one) =>
    thread === 0 ? one.pid === by : one.by === by && one.starts === thread,
  );
  return above && depth < 32 ? [fork, ...chain(above, forks, depth + 1)] : [fork];
}

function parentOf(pid: number, procfs: Procfs): number {
  return procfs.stat(pid)?.ppid ?? 0;
}

function isAlive(pid: number, procfs: Procfs): boolean {
  const stat = procfs.stat(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X' && !stat.exiting;
}

function isBelow(pid: number, ancestor: number, procfs: Procfs): boolean {
  for (let one = pid, depth = 0; one > 1 && depth < 64; depth++) {
    one = procfs.stat(one)?.ppid ?? 0;
    if (one === ancestor) return true;
  }
  return false;
}

function describe(pid: number, comm: string, fork: LoggedFork | undefined): string {
  const who = fork && fork.pid !== pid ? `, which \`${fork.command}\` has started,` : '';
  const command = fork?.pid === pid ? fork.command : comm;
  const lines = [`warning[orphaned-children] \`${command}\` (pid ${pid})${who} lives on after the test run`];
  const file = fork?.file && relativePath(fork.file, process.cwd());
  if (fork?.test) lines.push(`  test    ${fork.test}${file ? ` (${file})` : ''}`);
  else if (file) {
    const which = fork.test === '' ? 'none: outside of tests' : 'one of several at the same time';
    lines.push(`  test    ${which}, in ${file}`);
  }
  if (fork?.site) {
    const { file, line, column } = fork.site;
    lines.push(`  forked  ${relativePath(file, process.cwd())}:${line}:${column}`);
  }
  lines.push(
    '  why     the tests of this run have ended, which does not end the processes that they have started',
    '  help    end the child in the test and await its `exit`, such as with `child.kill()` in an `afterEach`',
    `  proof   /proc/${pid}/environ has the mark of this run, whose tests have ended`,
    '  docs    docs/rules/orphaned-children.md',
  );
  return lines.map((line) => escapeText(redactText(line))).join('\n');
}
