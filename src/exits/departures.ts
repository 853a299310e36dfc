import { constants } from 'node:os';
import { now } from '../clock';
import { escapeText } from '../escape';
import type { Orphan } from '../facts/exit';
import type { ForkCall, ForkRequest } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import type { ChildFacts } from '../model';
import { hasSignal, isDead } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { signalName, signalNumber } from '../signals';
import { setTimer } from '../timers';
import type { Leaving } from '../waits/notes';
import { descendants, type Member, members } from './descendants';

/** Milliseconds that are given to who was asked to end, most likely, by the child that was asked to. */
const ENDING_MS = 5000;

/** Milliseconds after a killed child's exit at which what was below it is looked at. */
const LOOKS = [150, 500, ENDING_MS];

/** Milliseconds for which a child that was asked to end is waited for, to see what it leaves. */
const LEAVING_MS = 500;

/** So many pids that are no children's are remembered. */
const MOST_ADDRESSED = 1000;

/** Signals that do not end a process by default. */
const HARMLESS = new Set(
  ['SIGCONT', 'SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGCHLD', 'SIGURG', 'SIGWINCH'].map(signalNumber),
);

interface Asked {
  readonly signals: Set<number>;
  caught: boolean;
  below: readonly Member[];
  /** When it itself, and not its group, was first sent a signal. */
  since?: number;
}

interface LeftBehind {
  readonly fork: ForkCall;
  readonly parent: ChildFacts;
  /** When it was below that child: "when that was sent SIGTERM". */
  readonly then: string;
  readonly signal: number;
  /** It had a handler for the signal. */
  readonly caught: boolean;
  readonly since: number;
  below: readonly Member[];
}

export interface DeparturesOptions {
  readonly procfs: Procfs;
  readonly children: () => ReadonlyMap<number, LiveChild>;
  /** Some were found to live on, while this process goes on. */
  readonly found: (orphans: readonly Orphan[]) => void;
  /** Somebody, who may be another thread's child, was sent a signal. */
  readonly asked: (pid: number, signal: number) => void;
}

/** Children that were asked to end, and what was below them. */
export class Departures {
  readonly #options: DeparturesOptions;
  readonly #asked = new Map<number, Asked>();
  /** Others that were sent a signal: whoever is below a child may be ended one by one. */
  readonly #addressed = new Set<number>();
  readonly #left = new Set<LeftBehind>();

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  /** A process, or as a negative number a process group, is about to be sent a signal. */
  signalling(pid: number, signal: unknown): void {
    const number = signalNumber(signal);
    if (number === undefined || HARMLESS.has(number)) return;
    this.#options.asked(Math.abs(pid), number);
    const child = this.#options.children().get(Math.abs(pid));
    if (!child) {
      this.#address(pid);
      return;
    }
    child.fork.killed = true;
    if (pid < 0) this.#note(-pid, number);
    else {
      const asked = this.#note(pid, number);
      asked.caught ||= this.#catches(pid, number);
      asked.below = this.#below(pid);
      asked.since ??= now();
    }
  }

  /** A command was run that names children and the word "kill": whatever it does, they were asked to end. */
  commanded({ file, args }: ForkRequest): void {
    const children = this.#options.children();
    const words = children.size > 0 ? [file, ...args].join(' ') : '';
    if (!words.includes('kill')) return;
    // the pid of this process stands for all that are its children: `pkill -P`
    const named = new Set([...words.matchAll(/\d+/g)].map(([number]) => Number(number)));
    for (const pid of children.keys()) {
      if (named.has(pid) || named.has(process.pid)) this.#note(pid, constants.signals.SIGKILL);
    }
  }

  /**
   * This process was sent a signal, which a terminal sends to its whole process group: the children of that group who
   * catch it were asked to end, too, unless somebody meant this process alone.
   */
  interrupted(event: string): void {
    if (event !== 'SIGINT' && event !== 'SIGHUP') return;
    const { procfs, children } = this.#options;
    const signal = constants.signals[event];
    const group = procfs.stat('self')?.pgrp;
    for (const pid of children().keys()) {
      if (procfs.stat(pid)?.pgrp === group && this.#catches(pid, signal)) this.#note(pid, signal);
    }
  }

  #catches(pid: number, signal: number): boolean {
    return hasSignal(this.#options.procfs.status(pid)?.signalsCaught ?? 0n, signal);
  }

  /** Who was addressed directly has been asked to end: whether it obeys is another question. */
  #address(pid: number): void {
    if (this.#addressed.size >= MOST_ADDRESSED) this.#addressed.clear();
    this.#addressed.add(pid);
    for (const family of [...this.#asked.values(), ...this.#left]) {
      family.below = family.below.filter((one) => one.pid !== pid);
    }
  }

  /** The kernel forgets who is below a process when that dies. */
  #below(pid: number): Member[] {
    const { procfs } = this.#options;
    const others = descendants(pid, procfs).filter((below) => !this.#addressed.has(below));
    return members(others, procfs);
  }

  /** Numbers of the signals by which the program has asked a child to end. */
  signals(pid: number): ReadonlySet<number> {
    return this.#asked.get(pid)?.signals ?? new Set();
  }

  /** Whether a child was just asked to end that has processes below it: what it leaves is known when it has ended. */
  isLeaving(pid: number): boolean {
    const asked = this.#asked.get(pid);
    return asked?.since !== undefined && asked.below.length > 0 && now() - asked.since < LEAVING_MS;
  }

  exited(child: LiveChild): void {
    const { pid } = child.process;
    const asked = pid === undefined ? undefined : this.#asked.get(pid);
    if (pid !== undefined) this.#asked.delete(pid);
    if (asked && asked.below.length > 0) {
      const [signal = 0] = asked.signals;
      const { fork } = child;
      if (!fork.child) return;
      const then = `when that was sent ${signalName(signal)}`;
      this.#leave({ fork, parent: fork.child, then, signal, caught: asked.caught, below: asked.below });
    }
  }

  /** The `timeout` of a `*Sync` call has ended its child, and these were below it a moment before. */
  timedOut(fork: ForkCall, { child, caught, below }: Leaving): void {
    const parent = { pid: child, command: fork.command };
    const then = `shortly before the timeout of \`${fork.api}\` ended that, after ${fork.request.timeoutMs} ms`;
    this.#leave({ fork, parent, then, signal: signalNumber(fork.request.killSignal) ?? 0, caught, below });
  }

  #leave(what: Omit<LeftBehind, 'since'>): void {
    const left = { ...what, since: now() };
    this.#left.add(left);
    this.#expect(left, 0);
  }

  /** Processes below killed children that live on. */
  orphans(): readonly Orphan[] {
    return [...this.#left].flatMap((left) => this.#orphansOf(left));
  }

  #note(pid: number, signal: number): Asked {
    let asked = this.#asked.get(pid);
    if (!asked) {
      asked = { signals: new Set(), caught: false, below: [] };
      this.#asked.set(pid, asked);
    }
    asked.signals.add(signal);
    return asked;
  }

  #expect(left: LeftBehind, look: number): void {
    setTimer(
      () => {
        const orphans = look > 0 ? this.#orphansOf(left) : [];
        if (orphans.length === 0 && look + 1 < LOOKS.length) this.#expect(left, look + 1);
        else this.#left.delete(left);
        if (orphans.length > 0) this.#options.found(orphans);
      },
      (LOOKS[look] as number) - (LOOKS[look - 1] ?? 0),
    ).unref();
  }

  #orphansOf({ fork, parent, then, below, signal, caught, since }: LeftBehind): Orphan[] {
    const { procfs } = this.#options;
    // who has caught the signal may have passed it on before it ended
    const mayBeEnding = caught && now() - since < ENDING_MS;
    const pids = new Set(below.map(({ pid }) => pid));
    return below.flatMap(({ pid, startTime }) => {
      const stat = procfs.stat(pid);
      if (stat?.startTime !== startTime || isDead(stat)) return [];
      // a session of its own, or nohup(1), is how a program says that it means to live on
      if (stat.session === pid || ignoresHangup(procfs.status(pid)?.signalsIgnored, procfs)) return [];
      // its parent lives on, too, and is reported
      if (pids.has(stat.ppid)) return [];
      if (mayBeEnding && this.#catches(pid, signal)) return [];
      return {
        child: { pid, command: escapeText(stat.comm) },
        fork,
        after: 'killed' as const,
        parent,
        proof: [
          `pid ${pid} was below pid ${parent.pid} ${then}`,
          `/proc/${pid}/stat: state ${stat.state}, parent ${stat.ppid}, start time ${startTime} as before`,
        ],
      };
    });
  }
}

/** As with nohup(1). Children inherit it: where this process itself ignores SIGHUP it says nothing. */
export function ignoresHangup(ignored: bigint | undefined, procfs: Procfs): boolean {
  const has = (signals = 0n) => hasSignal(signals, constants.signals.SIGHUP);
  return has(ignored) && !has(procfs.status('self')?.signalsIgnored);
}
