import { now, wallClock } from '../clock';
import { escapeText } from '../escape';
import type { Zombie } from '../facts/exit';
import type { LiveChild } from '../instruments/sink';
import type { Procfs } from '../procfs/procfs';
import { setTimer } from '../timers';
import { forkOf } from '../waits/fork-note';
import type { ThreadChild } from './thread-notes';

/** Milliseconds between looks: who lives after all of them is an orphan. */
const PAUSES = [500, 350, 650, 350];

/** Milliseconds for which a child must have been dead, and not reaped, to be called a zombie. */
const ZOMBIE_MS = 300;

interface Unreaped {
  readonly pid: number;
  readonly startTime: number;
  readonly seen: number;
  readonly kind: 'thread' | 'adopted';
}

export interface ZombiesOptions {
  readonly procfs: Procfs;
  readonly children: () => ReadonlyMap<number, LiveChild>;
  /** What a worker thread has told of a child. */
  readonly ofThread: (pid: number) => ThreadChild | undefined;
  /** Some were found while this process goes on. */
  readonly found: (zombies: readonly Zombie[]) => void;
}

/** Dead children that nobody waits for, and those that somebody else has waited for. */
export class Zombies {
  readonly #options: ZombiesOptions;
  readonly #unreaped = new Map<number, Unreaped>();
  readonly #told = new Set<number>();
  #lastExit = Number.NEGATIVE_INFINITY;

  constructor(options: ZombiesOptions) {
    this.#options = options;
  }

  /** A child of this thread has ended. */
  exited(): void {
    this.#lastExit = now();
    if (process.pid === 1) this.#expect('adopted');
  }

  /** A worker thread has ended: its children are now this process's, and nobody waits for them. */
  threadEnded(): void {
    this.#expect('thread');
  }

  /** Children in state Z that have been so for a while, and children that are gone although Node was not told. */
  all(): readonly Zombie[] {
    return [...this.#untold(), ...this.#stolen()];
  }

  #expect(kind: Unreaped['kind']): void {
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
    const wait = ([pause, ...others]: readonly number[]) => {
      if (pause === undefined) return;
      setTimer(() => {
        look();
        const zombies = this.#untold();
        for (const { child } of zombies) this.#told.add(child.pid);
        if (zombies.length > 0) this.#options.found(zombies);
        wait(others);
      }, pause).unref();
    };
    wait(PAUSES);
  }

  #untold(): Zombie[] {
    return this.#deadFor(ZOMBIE_MS).filter(({ child }) => !this.#told.has(child.pid));
  }

  #deadFor(milliseconds: number): Zombie[] {
    const { procfs } = this.#options;
    return [...this.#unreaped.values()].flatMap(({ pid, startTime, seen, kind }) => {
      const stat = procfs.stat(pid);
      if (stat?.startTime !== startTime || stat.state !== 'Z') {
        this.#unreaped.delete(pid);
        this.#told.delete(pid);
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
