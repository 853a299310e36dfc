import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ChildFacts, Site } from '../model';

/** The variable through which the processes of one test run know its log. */
export const RUN_LOG = 'FORKGUARD_INTERNAL_RUN';

// taken at load: programs, and tests, replace them
const { appendFileSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } = fs;

/** A fork of a test run. */
export interface LoggedFork {
  readonly pid: number;
  readonly command: string;
  /** The process and thread that forked. */
  readonly by: number;
  readonly thread: number;
  readonly site?: { readonly file: string; readonly line: number; readonly column: number };
  readonly test?: string;
  readonly file?: string;
  /** A test has failed, or was told, because of it. */
  readonly told?: boolean;
}

/** Notes on forks that outlive the thread and the process that wrote them: runners kill both. */
export class RunLog {
  readonly path: string;
  /** Its folder is made with the first note. */
  readonly #late: boolean;

  constructor(path: string, late = false) {
    this.path = path;
    this.#late = late;
  }

  /** The log of the run that this process or thread belongs to. */
  static here(): RunLog | undefined {
    const path = process.env[RUN_LOG];
    return path === undefined ? undefined : new RunLog(path);
  }

  /** What a test process tells whoever started it: of which processes its tests have been told. */
  static ofProcess(pid: number): RunLog {
    return new RunLog(join(tmpdir(), `forkguard-run-of-${pid}`, 'forks'), true);
  }

  /** Processes of which the tests of a process that has been killed have been told, in a run with a log or without. */
  static toldBy(pid: number): ReadonlySet<number> {
    const own = RunLog.ofProcess(pid);
    const entries = [
      ...(RunLog.here()?.read().values() ?? []),
      ...(own.#isOurs() ? own.read().values() : []),
    ];
    if (own.#isOurs()) own.remove();
    return new Set(entries.flatMap((entry) => (entry.told && entry.by === pid ? entry.pid : [])));
  }

  /** The folder has a name that others can guess: it must be our user's. */
  #isOurs(): boolean {
    const stat = lstatSync(dirname(this.path), { throwIfNoEntry: false });
    return stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o77) === 0;
  }

  static make(): RunLog {
    return new RunLog(join(mkdtempSync(join(tmpdir(), 'forkguard-run-')), 'forks'));
  }

  /** Notes a child, or what a child has left behind, with the place of the fork and the test that runs. */
  add(
    { child, forked }: { readonly child?: ChildFacts | undefined; readonly forked?: Site | undefined },
    thread: number,
    test?: { readonly name: string; readonly file: string },
    told = false,
  ): void {
    const frame = forked?.frames[0];
    if (!child) return;
    const entry: LoggedFork = {
      pid: child.pid,
      command: child.command,
      by: process.pid,
      thread,
      ...(frame && { site: { file: frame.file, line: frame.line, column: frame.column } }),
      ...(test && { test: test.name, file: test.file }),
      ...(told && { told }),
    };
    const line = `${JSON.stringify(entry)}\n`;
    try {
      if (this.#late && !this.#isOurs()) mkdirSync(dirname(this.path), { mode: 0o700 });
      appendFileSync(this.path, line, { mode: 0o600 });
    } catch {
      // the run is over and its log gone; or no place for notes: what a test was told of is told again
    }
  }

  /** The forks so far, by pid; the last one where a pid was used again. */
  read(): Map<number, LoggedFork> {
    const forks = new Map<number, LoggedFork>();
    let text = '';
    try {
      text = readFileSync(this.path, 'utf8');
    } catch {
      // nothing was forked
    }
    for (const line of text.split('\n')) {
      try {
        const entry = JSON.parse(line) as LoggedFork;
        forks.set(entry.pid, entry);
      } catch {
        // the last line, or one that was cut off
      }
    }
    return forks;
  }

  remove(): void {
    rmSync(dirname(this.path), { recursive: true, force: true });
  }
}
