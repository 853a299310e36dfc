import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { wallClock } from '../clock';
import type { ChildFacts, Site } from '../model';
import { workerMarks } from './lineage';
import { RUN_LOG } from './protocol';

// taken at load: programs, and tests, replace them
const { appendFileSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } = fs;

/** Of a folder in which a test process tells whoever started it. */
const PREFIX = 'forkguard-run-of-';

/** What killed processes have told: their notes go with the reading. */
const toldByProcess = new Map<number, ReadonlySet<number>>();
/** Milliseconds after which nobody will read it any more. */
const OLD_MS = 3_600_000;

/** A fork of a test run. */
export interface LoggedFork {
  /** Unknown of `execSync` and `execFileSync`. */
  readonly pid?: number;
  readonly command: string;
  /** The process and thread that forked. */
  readonly by: number;
  readonly thread: number;
  /** It is no child, but the worker thread of this number. */
  readonly starts?: number;
  /** The variables by which its runner tells its workers apart. */
  readonly worker: readonly string[];
  /** From when to when the child has lived, in milliseconds since 1970. */
  readonly time?: number;
  end?: number;
  /** When it was noted, in milliseconds since 1970: the code that forked has not gone on before. */
  readonly until?: number;
  /** The files of the program that the fork came through, innermost first. */
  readonly through: readonly string[];
  readonly site?: { readonly file: string; readonly line: number; readonly column: number };
  readonly test?: string;
  readonly file?: string;
  /** The last signal that it was sent, and when, in milliseconds since 1970. `several`: its group, too. */
  asked?: { readonly signal: number; readonly at: number; readonly several: boolean };
  /** A test has failed, or was told, because of it. */
  readonly told?: boolean;
}

/** What is noted of a fork, of a worker thread, or of what a child has left behind. */
interface Noted {
  readonly child?: ChildFacts | undefined;
  readonly forked?: Site | undefined;
  readonly command?: string;
  readonly time?: number;
  readonly blocking?: boolean;
  readonly starts?: number;
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
    return new RunLog(join(tmpdir(), `${PREFIX}${pid}`, 'forks'), true);
  }

  /** Processes of which the tests of a process that has been killed have been told, in a run with a log or without. */
  static toldBy(pid: number): ReadonlySet<number> {
    let told = toldByProcess.get(pid);
    if (!told) {
      told = RunLog.#readToldBy(pid);
      toldByProcess.set(pid, told);
    }
    return told;
  }

  static #readToldBy(pid: number): ReadonlySet<number> {
    const own = RunLog.ofProcess(pid);
    const entries = [...(RunLog.here()?.read() ?? []), ...(own.#isOurs() ? own.read() : [])];
    if (own.#isOurs()) own.remove();
    return new Set(entries.flatMap((entry) => (entry.told && entry.by === pid ? (entry.pid ?? []) : [])));
  }

  /** The folder has a name that others can guess: it must be our user's. */
  #isOurs(): boolean {
    return changedAt(dirname(this.path)) !== undefined;
  }

  static make(): RunLog {
    return new RunLog(join(mkdtempSync(join(tmpdir(), 'forkguard-run-')), 'forks'));
  }

  /** Notes a child, a worker thread, or what a child has left behind, with the place of the fork and the test that runs. */
  add(
    { child, forked, command, time, blocking, starts }: Noted,
    thread: number,
    test?: { readonly name: string; readonly file: string },
    told = false,
  ): void {
    if (!child && !blocking && starts === undefined) return;
    const frames = forked?.frames ?? [];
    const [frame] = frames;
    const entry: LoggedFork = {
      ...(child && { pid: child.pid }),
      command: child?.command ?? command ?? '',
      by: process.pid,
      thread,
      ...(starts !== undefined && { starts }),
      worker: workerMarks(),
      ...(time !== undefined && { time, until: wallClock() }),
      ...(blocking && { end: wallClock() }),
      through: [...new Set(frames.map(({ file }) => file))],
      ...(frame && { site: { file: frame.file, line: frame.line, column: frame.column } }),
      ...(test && { test: test.name, file: test.file }),
      ...(told && { told }),
    };
    this.#append(entry);
  }

  /** Notes that a child has ended. */
  ended(pid: number): void {
    this.#append({ of: pid, end: wallClock() });
  }

  /** Notes that a child was sent a signal. */
  asked(pid: number, signal: number, several: boolean): void {
    this.#append({ of: pid, asked: { signal, at: wallClock(), several } });
  }

  #append(entry: object): void {
    try {
      if (this.#late && !this.#isOurs()) {
        mkdirSync(dirname(this.path), { mode: 0o700 });
        removeOld();
      }
      appendFileSync(this.path, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    } catch {
      // the run is over and its log gone; or no place for notes: what a test was told of is told again
    }
  }

  /** The forks so far, in their order: the last one counts where a pid was used again. */
  read(): LoggedFork[] {
    const forks: LoggedFork[] = [];
    let text = '';
    try {
      text = readFileSync(this.path, 'utf8');
    } catch {
      // nothing was forked
    }
    for (const line of text.split('\n')) {
      try {
        const { of, ...entry } = JSON.parse(line) as LoggedFork & { readonly of?: number };
        if (of === undefined) forks.push(entry);
        else Object.assign(forks.findLast(({ pid }) => pid === of) ?? {}, entry);
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

/** When a folder of our user's, that nobody else can write to, was last changed; undefined for any other. */
function changedAt(folder: string): number | undefined {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (!stat?.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o77) !== 0) return undefined;
  return stat.mtimeMs;
}

/** Removes what test processes have left that were killed, and whose parent does not read. */
function removeOld(): void {
  for (const name of readdirSync(tmpdir())) {
    const folder = join(tmpdir(), name);
    const changed = name.startsWith(PREFIX) ? changedAt(folder) : undefined;
    if (changed !== undefined && wallClock() - changed > OLD_MS)
      rmSync(folder, { recursive: true, force: true });
  }
}
