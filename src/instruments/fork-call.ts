import fs from 'node:fs';
import { basename } from 'node:path';
import { wallClock } from '../clock';
import type { ChildFacts, DirectoryState, Fork, ForkApi, StdioEntry } from '../model';
import { CapturedSite } from '../site';

/** What a `*Sync` function or `ChildProcess.prototype.spawn` was asked to do, as far as it was understood. */
export interface ForkRequest {
  readonly api: ForkApi | undefined;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  readonly stdio: readonly StdioEntry[];
  readonly detached: boolean;
  readonly shell: boolean;
  readonly blocking: boolean;
  readonly primitive: Fork['primitive'];
  /** A variable of the child's environment. Never reported. */
  readonly variable: (name: string) => string | undefined;
  /** Milliseconds after which the call itself ends the child; 0: never. */
  readonly timeoutMs: number;
  /** As the program has named the signal for that. */
  readonly killSignal?: string | number | undefined;
  /** The streams that the program passed in `stdio`, by their number in the child. */
  readonly streams: ReadonlyMap<number, object>;
}

/** How a child ended: one of the two is null. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

let forks = 0;

/** How many forks this thread has made so far: the `number` of the last one. */
export function forkCount(): number {
  return forks;
}

const IN_JSON = [
  ...(['type', 'id', 'time', 'threadId', 'api', 'command', 'file', 'args'] as const),
  ...(['child', 'blockedMs', 'error', 'detached', 'primitive'] as const),
];

/** A fork as it happens. Making one must stay cheap: what only a report needs is worked out when it is read. */
export class ForkCall implements Fork {
  readonly type = 'fork';
  readonly time = wallClock();
  readonly number = ++forks;
  threadId = 0;
  child: ChildFacts | undefined;
  blockedMs: number | undefined;
  error: string | undefined;
  /** The call threw. What it threw is known only if somebody has subscribed: see `failingOpenly`. */
  failed = false;
  /** Somebody is told of this fork and wants to know how it ended. */
  subscribed = false;
  /** Whether the directory in `cwd` existed before a `*Sync` call: the child may remove it. */
  directoryWas: DirectoryState | undefined;
  /** Descriptors 0 to 2 that were non-blocking before the fork; set where the child inherits them. */
  nonblockingBefore: readonly number[] = [];
  /** Descriptors whose O_NONBLOCK was gone after the fork. */
  clearedNonblocking: readonly number[] = [];
  /** Bytes that were queued in `process.stdout` and `process.stderr` when the call began. */
  pendingStdout = 0;
  pendingStderr = 0;
  /** It was made in a listener of `exit`, where nobody can wait for the child any more. */
  readonly atExit = (process as { _exiting?: boolean })._exiting === true;
  /** The program called `unref()` on the child. */
  unreferenced = false;
  /** The program has sent the child a signal that may end it. */
  killed = false;
  /** How the child of a `*Sync` call ended. */
  ending: Ending | undefined;
  /** Variables for the child's environment that a subscriber of `forkguard:fork` has asked for. */
  variables: Readonly<Record<string, string>> | undefined;
  /** The OpenTelemetry span that was active when the call began, or the fork's own. */
  span: unknown;

  readonly forked: CapturedSite;
  // private, so that nobody who prints a call prints unredacted arguments
  readonly #request: ForkRequest;
  #api: ForkApi | undefined;

  constructor(request: ForkRequest, forked: CapturedSite) {
    this.#request = request;
    this.forked = forked;
  }

  get request(): ForkRequest {
    return this.#request;
  }

  get id(): string {
    return `${process.pid}.${this.threadId}.${this.number}`;
  }

  get api(): ForkApi {
    this.#api ??= this.request.api ?? apiOf(this.forked);
    return this.#api;
  }

  get command(): string {
    return redactor().redactCommandLine(plainCommand(this.request));
  }

  get file(): string {
    return redactor().redactCommandLine(this.request.file);
  }

  get args(): readonly string[] {
    return redactor().redactArgs(this.request.args);
  }

  get cwd(): string | undefined {
    return this.request.cwd;
  }

  get stdio(): readonly StdioEntry[] {
    return this.request.stdio;
  }

  get detached(): boolean {
    return this.request.detached;
  }

  get shell(): boolean {
    return this.request.shell;
  }

  get blocking(): boolean {
    return this.request.blocking;
  }

  get primitive(): Fork['primitive'] {
    return this.request.primitive;
  }

  toJSON(): object {
    return Object.fromEntries(IN_JSON.map((name) => [name, this[name]]));
  }
}

/** The fork that has not happened: pipes for `stdio`, and any program. */
export function imaginedCall(): ForkCall {
  const request: ForkRequest = {
    api: 'native',
    file: 'any program',
    args: [],
    cwd: undefined,
    stdio: [0, 1, 2].map((fd) => ({ fd, type: 'pipe' as const })),
    streams: new Map(),
    detached: false,
    shell: false,
    blocking: true,
    primitive: 'fork',
    variable: (name) => process.env[name],
    timeoutMs: 0,
  };
  return new ForkCall(request, new CapturedSite(undefined));
}

/** Loaded when a command is shown: its patterns would make up a fifth of the start-up. */
export function redactor(): typeof import('../redact') {
  return require('../redact');
}

/** A shell's command line, else the program's base name. Not redacted. */
export function plainCommand({ shell, args, file }: ForkRequest): string {
  const at = shell ? args.indexOf('-c') : -1;
  return (at >= 0 && args[at + 1]) || basename(file);
}

/** All asynchronous functions meet in `ChildProcess.prototype.spawn`: which one it was stands in the stack. */
function apiOf(site: CapturedSite): ForkApi {
  if (site.through('node:internal/cluster/primary').length > 0) return 'cluster.fork';
  const functions = site.through('node:child_process');
  const outermost = functions[functions.length - 1];
  if (outermost === 'fork') return 'child_process.fork';
  if (outermost === 'exec' || outermost === 'execFile') return outermost;
  return 'spawn';
}

const { statSync } = fs;

/** What is at a path now; undefined where that cannot be told. */
export function whatIsAt(path: string): DirectoryState | undefined {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'other';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'nothing' : undefined;
  }
}
