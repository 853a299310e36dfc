import { escapeText } from '../escape';
import { createProcfs, type Procfs } from '../procfs/procfs';
import { relativePath } from '../render';
import { ask, isLoaded } from './ask';
import { type LoggedFork, RUN_LOG, RunLog } from './run-log';

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

  constructor() {
    process.env[RUN_LOG] = this.#log.path;
    if (isLoaded()) ask({ type: 'run' });
  }

  /** Ends the run. Returns the report of what was left, or nothing. */
  async end(): Promise<string | undefined> {
    const procfs = createProcfs();
    try {
      let now = this.#look(procfs);
      for (const pause of PAUSES) {
        if (now.left.length === 0 && !now.undecided) break;
        await new Promise((resolve) => setTimeout(resolve, pause));
        now = this.#look(procfs);
      }
      return now.left.length > 0 ? this.#report(now.left, procfs) : undefined;
    } finally {
      this.#log.remove();
      if (this.#before === undefined) delete process.env[RUN_LOG];
      else process.env[RUN_LOG] = this.#before;
    }
  }

  /** Who is left, and whether a worker that is not yet dead has children, who will be left if they outlive it. */
  #look(procfs: Procfs): { readonly left: readonly number[]; readonly undecided: boolean } {
    const mark = `${RUN_LOG}=${this.#log.path}`;
    const members = (procfs.processes() ?? []).filter(
      (pid) => pid !== process.pid && procfs.environment(pid)?.includes(mark) && isAlive(pid, procfs),
    );
    const forks = this.#log.read();
    const untold = members.filter(
      (pid) => forks.get(pid)?.told !== true && forks.get(parentOf(pid, procfs))?.told !== true,
    );
    // a child of a worker thread stays below this process when the thread has gone
    const ofThread = (pid: number) => forks.get(pid)?.by === process.pid && forks.get(pid)?.thread !== 0;
    const left = untold.filter((pid) => ofThread(pid) || !isBelow(pid, process.pid, procfs));
    const undecided = untold.some((pid) => !left.includes(pid) && parentOf(pid, procfs) !== process.pid);
    return { left, undecided };
  }

  #report(left: readonly number[], procfs: Procfs): string {
    const forks = this.#log.read();
    return left
      .map((pid) => {
        const stat = procfs.stat(pid);
        const fork = forks.get(pid) ?? forks.get(stat?.session ?? 0) ?? forks.get(stat?.pgrp ?? 0);
        return describe(pid, escapeText(stat?.comm ?? ''), fork);
      })
      .join('\n\n');
  }
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
  const lines = [
    `warning[orphaned-children] \`${fork?.command ?? comm}\` (pid ${pid}) lives on after the test run`,
  ];
  if (fork?.test) lines.push(`  test    ${fork.test}${fork.file ? ` (${fork.file})` : ''}`);
  else if (fork?.file) lines.push(`  test    none: outside of tests, in ${fork.file}`);
  if (fork?.site) {
    const { file, line, column } = fork.site;
    lines.push(`  forked  ${relativePath(file, process.cwd())}:${line}:${column}`);
  }
  lines.push(
    '  why     the worker of the test runner that it comes from has ended, which does not end its children',
    '  help    end the child in the test and await its `exit`, such as with `child.kill()` in an `afterEach`',
    `  proof   /proc/${pid}/environ has the mark of this run, whose workers have ended`,
    '  docs    docs/rules/orphaned-children.md',
  );
  return lines.join('\n');
}
