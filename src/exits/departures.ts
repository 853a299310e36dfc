import { constants } from 'node:os';
import { now, wallClock } from '../clock';
import { escapeText } from '../escape';
import type { ForkCall } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import type { Procfs } from '../procfs/procfs';
import { pendingBytes } from '../program';
import type { Crash, Orphan, Zombie } from '../rules/rule';
import { setTimer } from '../timers';
import { forkOf } from '../waits/fork-note';
import { descendants } from './awaiting';
import type { ThreadChild } from './thread-notes';

/** Milliseconds after a killed child's exit at which what was below it is looked at. */
const LOOKS = [150, 500];
/** Milliseconds for which a child must have been dead, and not reaped, to be called a zombie. */
const ZOMBIE_MS = 300;
/** Streams of so many ended children are remembered: an EPIPE comes after the exit that causes it. */
const RECENT = 16;

/** Signals that do not end a process by default. */
const HARMLESS = new Set(
  ['SIGCONT', 'SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGCHLD', 'SIGURG', 'SIGWINCH'].map(
    (name) => (constants.signals as Record<string, number>)[name],
  ),
);

/** A process for good: its pid with its start time. */
interface Member {
  readonly pid: number;
  readonly startTime: number;
}

interface Asked {
  readonly signals: Set<number>;
  below: readonly Member[];
}

interface LeftBehind {
  readonly child: LiveChild;
  readonly signal: string;
  below: readonly Member[];
}

interface Unreaped extends Member {
  readonly seen: number;
  readonly kind: 'thread' | 'adopted';
}

export interface DeparturesOptions {
  readonly procfs: Procfs;
  readonly children: () => ReadonlyMap<number, LiveChild>;
  /** Something was found to live on, or to be dead and not reaped, while this process goes on. */
  readonly found: (orphans: readonly Orphan[], zombies: readonly Zombie[]) => void;
  /** Somebody, who may be another thread's child, was sent a signal. */
  readonly asked: (pid: number, signal: number) => void;
  /** What a worker thread has told of a child. */
  readonly ofThread: (pid: number) => ThreadChild | undefined;
}

/** What is known of children that were asked to end, or have ended. */
export class Departures {
  readonly #options: DeparturesOptions;
  readonly #asked = new Map<number, Asked>();
  readonly #recent: { readonly fork: ForkCall; readonly streams: readonly WeakRef<object>[] }[] = [];
  readonly #left = new Set<LeftBehind>();
  readonly #unreaped = new Map<number, Unreaped>();
  #lastExit = Number.NEGATIVE_INFINITY;
  #crash: Crash | undefined;

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** `child.kill()` is about to be called: the kernel forgets who was below it when it dies. */
  killing(pid: number, signal: unknown): void {
    const number = numberOf(signal);
    if (number === undefined || HARMLESS.has(number)) return;
    const { procfs } = this.#options;
    this.#options.asked(pid, number);
    const asked = this.#note(pid, number);
    asked.below = descendants(pid, procfs).flatMap((below) => member(below, procfs) ?? []);
  }

  /** `process.kill()` was called; a negative pid is a process group. */
  signalled(pid: number, signal: unknown): void {
    const number = numberOf(signal);
    if (number === undefined || HARMLESS.has(number)) return;
    this.#options.asked(Math.abs(pid), number);
    if (this.#options.children().has(Math.abs(pid))) this.#note(Math.abs(pid), number);
    // who was addressed directly has been asked to end: whether it obeys is another question
    for (const family of [...this.#asked.values(), ...this.#left]) {
      family.below = family.below.filter((one) => one.pid !== pid);
    }
  }

  /** Numbers of the signals by which the program has asked a child to end. */
  signals(pid: number): ReadonlySet<number> {
    return this.#asked.get(pid)?.signals ?? new Set();
  }

  exited(child: LiveChild): void {
    this.#lastExit = now();
    const { pid } = child.process;
    const asked = pid === undefined ? undefined : this.#asked.get(pid);
    if (pid !== undefined) this.#asked.delete(pid);
    this.#remember(child);
    if (asked && asked.below.length > 0) {
      const [signal] = asked.signals;
      const left = { child, signal: nameOf(signal ?? 0), below: asked.below };
      this.#left.add(left);
      this.#expect(left, 0);
    }
    if (process.pid === 1) this.#expectZombies('adopted');
  }

  /** A worker thread has ended: its children are now this process's, and nobody waits for them. */
  threadEnded(): void {
    this.#expectZombies('thread');
  }

  uncaught(error: unknown): void {
    const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
    if (code !== 'EPIPE' && code !== 'ECONNRESET') return;
    const alive = [...this.#options.children().values()].map(recentOf);
    for (const { fork, streams } of [...alive, ...this.#recent]) {
      const at = streams.findIndex((reference) => isUnheard(reference.deref(), error));
      if (at < 0) continue;
      const stream = at === 0 ? 'stdin' : `stdio[${at}]`;
      this.#crash = {
        fork,
        stream,
        code,
        proof: [
          `uncaughtExceptionMonitor: ${code} of the system call ${String(syscall)}`,
          `child.${stream}.errored is this error, child.${stream}.listenerCount('error') is 0`,
        ],
      };
      return;
    }
  }

  crash(): Crash | undefined {
    return this.#crash;
  }

  /** Processes below killed children that live on. */
  orphans(): readonly Orphan[] {
    return [...this.#left].flatMap((left) => this.#orphansOf(left));
  }

  /** Children in state Z that have been so for a while, and children that are gone although Node was not told. */
  zombies(): readonly Zombie[] {
    return [...this.#deadFor(ZOMBIE_MS), ...this.#stolen()];
  }

  #note(pid: number, signal: number): Asked {
    let asked = this.#asked.get(pid);
    if (!asked) {
      asked = { signals: new Set(), below: [] };
      this.#asked.set(pid, asked);
    }
    asked.signals.add(signal);
    return asked;
  }

  /** Only what has not been written yet can fail after the exit. */
  #remember(child: LiveChild): void {
    const pending = child.process.stdio?.some((stream) => pendingBytes(stream ?? undefined) > 0);
    if (!pending) return;
    this.#recent.unshift(recentOf(child));
    this.#recent.length = Math.min(this.#recent.length, RECENT);
  }

  #expect(left: LeftBehind, look: number): void {
    setTimer(
      () => {
        const orphans = this.#orphansOf(left);
        if (orphans.length === 0) this.#left.delete(left);
        else if (look + 1 < LOOKS.length) this.#expect(left, look + 1);
        else {
          this.#left.delete(left);
          this.#options.found(orphans, []);
        }
      },
      (LOOKS[look] as number) - (LOOKS[look - 1] ?? 0),
    ).unref();
  }

  #orphansOf({ child, below, signal }: LeftBehind): Orphan[] {
    const { procfs } = this.#options;
    const parent = child.fork.child;
    return below.flatMap(({ pid, startTime }) => {
      const stat = procfs.stat(pid);
      if (!parent || stat?.startTime !== startTime || isDead(stat)) return [];
      // a session of its own is how a program says that it means to live on
      if (stat.session === pid) return [];
      return {
        child: { pid, command: escapeText(stat.comm) },
        fork: child.fork,
        after: 'killed' as const,
        parent,
        proof: [
          `pid ${pid} was below pid ${parent.pid} when that was sent ${signal}`,
          `/proc/${pid}/stat: state ${stat.state}, parent ${stat.ppid}, start time ${startTime} as before`,
        ],
      };
    });
  }

  #expectZombies(kind: Unreaped['kind']): void {
    const { procfs } = this.#options;
    const look = () => {
      for (const pid of procfs.children('self', process.pid) ?? []) {
        if (this.#options.children().has(pid) || this.#unreaped.has(pid)) continue;
        if (this.#options.ofThread(pid)?.reported) continue;
        const stat = procfs.stat(pid);
        if (stat?.state === 'Z')
          this.#unreaped.set(pid, { pid, startTime: stat.startTime, seen: now(), kind });
      }
    };
    look();
    setTimer(() => {
      look();
      if (this.#unreaped.size === 0) return;
      setTimer(() => {
        const zombies = this.#deadFor(ZOMBIE_MS);
        if (zombies.length > 0) this.#options.found([], zombies);
      }, ZOMBIE_MS + 50).unref();
    }, 500).unref();
  }

  #deadFor(milliseconds: number): Zombie[] {
    const { procfs } = this.#options;
    return [...this.#unreaped.values()].flatMap(({ pid, startTime, seen, kind }) => {
      const stat = procfs.stat(pid);
      if (stat?.startTime !== startTime || stat.state !== 'Z') {
        this.#unreaped.delete(pid);
        return [];
      }
      if (now() - seen < milliseconds) return [];
      const proof = [
        `/proc/${pid}/stat: state Z, parent ${stat.ppid}, for ${((now() - seen) / 1000).toFixed(1)} s`,
        kind === 'adopted'
          ? 'process.pid is 1, and no ChildProcess of this process has that pid'
          : 'no ChildProcess of a living thread has that pid',
      ];
      const made = this.#options.ofThread(pid);
      const child = made?.child ?? { pid, command: escapeText(stat.comm) };
      return { child, ...(made && { fork: forkOf(made.fork) }), kind, proof };
    });
  }

  /** Exits that one round of libuv reports together are already reaped: only a quiet second is proof. */
  #stolen(): Zombie[] {
    if (now() - this.#lastExit < 1000) return [];
    const { procfs, children } = this.#options;
    const late = [...children().values()].filter(
      ({ fork, process: child }) =>
        child.exitCode === null && child.signalCode === null && wallClock() - fork.time >= 100,
    );
    // `hidepid` hides the folder of a child that runs as another user, but not its pid in this list
    const unreaped = late.length > 0 ? procfs.children('self') : undefined;
    if (!unreaped) return [];
    return late.flatMap(({ fork }) => {
      if (!fork.child || unreaped.includes(fork.child.pid)) return [];
      // that list may skip a child while another one ends (proc(5))
      if (procfs.stat(fork.child.pid)?.ppid === process.pid) return [];
      const proof = [
        `/proc/${process.pid}/task/*/children: none of them has ${fork.child.pid}`,
        'child.exitCode and child.signalCode are null',
      ];
      return [{ child: fork.child, fork, kind: 'stolen' as const, proof }];
    });
  }
}

export function isDead({ state, exiting }: { state: string; exiting: boolean }): boolean {
  return state === 'Z' || state === 'X' || exiting;
}

function recentOf({ fork, process: child }: LiveChild): {
  fork: ForkCall;
  streams: readonly WeakRef<object>[];
} {
  const streams = (child.stdio ?? []).map((stream) => new WeakRef<object>(stream ?? NOTHING));
  return { fork, streams };
}

const NOTHING = {};

function isUnheard(stream: object | undefined, error: unknown): boolean {
  const { errored, listenerCount } = (stream ?? NOTHING) as {
    errored?: unknown;
    listenerCount?: (event: string) => number;
  };
  return errored === error && error !== undefined && listenerCount?.call(stream, 'error') === 0;
}

function member(pid: number, procfs: Procfs): Member | undefined {
  const stat = procfs.stat(pid);
  return stat && !isDead(stat) ? { pid, startTime: stat.startTime } : undefined;
}

function numberOf(signal: unknown): number | undefined {
  if (signal === undefined || signal === null) return constants.signals.SIGTERM;
  if (typeof signal === 'number') return signal === 0 ? undefined : signal;
  return (constants.signals as Record<string, number>)[String(signal).toUpperCase()];
}

export function nameOf(signal: number): string {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? `signal ${signal}`;
}
