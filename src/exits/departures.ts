import { constants } from 'node:os';
import { now } from '../clock';
import type { Orphan } from '../facts/exit';
import type { ForkCall, ForkRequest } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import type { Target } from '../procfs/procfs';
import { endsByDefault, signalName, signalNumber } from '../signals';
import type { Leaving } from '../waits/notes';
import { descendants, type Member, members } from './descendants';
import { catches, LeftBehind, type LeftBehindOptions } from './left-behind';

/** Milliseconds for which a child that was asked to end is waited for, to see what it leaves. */
const LEAVING_MS = 500;

/** So many pids that are no children's are remembered. */
const MOST_ADDRESSED = 1000;

/** Signals that a terminal sends, which knows process groups only. */
const OF_TERMINALS = new Set(['SIGINT', 'SIGQUIT', 'SIGHUP'].map(signalNumber));

interface Asked {
  readonly signals: Set<number>;
  /** Of those that it itself, and not its group, was sent. */
  last?: number;
  caught: boolean;
  /** The kernel forgets who is below a process when that dies. */
  below: readonly Member[];
  /** When it itself, and not its group, was first sent a signal. */
  since?: number;
}

export interface DeparturesOptions extends LeftBehindOptions {
  readonly children: () => ReadonlyMap<number, LiveChild>;
  /** Children of other threads. */
  readonly others: () => Iterable<number>;
  /** Somebody, who may be another thread's child, was sent a signal. */
  readonly asked: (pid: number, signal: number) => void;
  /** A child was sent a signal. `several`: and, or so it may be, its group or whoever is below it. */
  readonly childAsked: (pid: number, signal: number, several: boolean) => void;
}

/** Children that were asked to end, and what was below them. */
export class Departures {
  readonly #options: DeparturesOptions;
  readonly #asked = new Map<number, Asked>();
  /** Others that were, or may have been, sent a signal: whoever is below a child may be ended one by one. */
  readonly #addressed = new Set<number>();
  readonly #left: LeftBehind;

  constructor(options: DeparturesOptions) {
    this.#options = options;
    this.#left = new LeftBehind(options, this.#addressed);
  }

  /** A process, or a process group as a negative number, 0 for that of this process, is about to be sent a signal. */
  signalling(pid: number, signal: unknown): void {
    const number = signalNumber(signal);
    if (number === undefined || !endsByDefault(number)) return;
    if (pid > 0) this.#signallingOne(pid, number);
    else this.#signallingGroup(-pid, number);
  }

  #signallingOne(pid: number, signal: number): void {
    this.#options.asked(pid, signal);
    const child = this.#options.children().get(pid);
    if (!child) {
      this.#address(pid);
      return;
    }
    child.fork.killed = true;
    const asked = this.#note(pid, signal);
    asked.last = signal;
    asked.caught ||= catches(pid, signal, this.#options.procfs);
    asked.below = members(descendants(pid, this.#options.procfs), this.#options.procfs);
    asked.since ??= now();
  }

  #signallingGroup(named: number, signal: number): void {
    const group = named || this.#group('self');
    // it may have the pid of a child of a thread that this one has not heard of
    if (named > 0) this.#options.asked(named, signal);
    const isIn = (pid: number) => pid === group || this.#group(pid) === group;
    for (const [pid, { fork }] of this.#options.children()) if (isIn(pid)) fork.killed = true;
    this.#reached(signal, isIn);
  }

  /** A command was run that names children, or their group, and the word "kill": whatever it does, they were asked to end. */
  commanded({ file, args }: ForkRequest): void {
    const anybody = this.#options.children().size > 0 || this.#left.families.size > 0;
    const words = anybody ? [file, ...args].join(' ') : '';
    if (!words.includes('kill')) return;
    const named = new Set([...words.matchAll(/\d+/g)].map(([number]) => Number(number)));
    this.#reached(constants.signals.SIGKILL, (pid) => {
      const stat = this.#options.procfs.stat(pid);
      // `kill -- -GROUP` and `pkill -P PARENT`
      const meant = [pid, stat?.pgrp, stat?.ppid === process.pid ? process.pid : undefined];
      return meant.some((number) => number !== undefined && named.has(number));
    });
  }

  /**
   * This process was sent a signal, which others may have got as well: a terminal sends its signals to the whole process
   * group, as timeout(1) does, and systemd and tree-kill send theirs to every process below one. Who catches the signal
   * may be ending by now, which nothing in /proc would show; who does not catch it would be dead.
   */
  interrupted(event: string): void {
    const signal = signalNumber(event);
    if (signal === undefined) return;
    const group = OF_TERMINALS.has(signal) ? this.#group('self') : undefined;
    this.#reached(
      signal,
      (pid) =>
        catches(pid, signal, this.#options.procfs) && (group === undefined || this.#group(pid) === group),
    );
  }

  /** Children and who is below them, if they were reached by a signal that went to several. */
  #reached(signal: number, isReached: (pid: number) => boolean): void {
    const { procfs, children, others, asked } = this.#options;
    const families = [...this.#asked.values(), ...this.#left.families];
    const below = new Set(families.flatMap((family) => family.below.map(({ pid }) => pid)));
    for (const pid of children().keys()) {
      if (isReached(pid)) this.#note(pid, signal, true);
      for (const one of descendants(pid, procfs)) below.add(one);
    }
    for (const pid of below) if (isReached(pid)) this.#address(pid);
    for (const pid of others()) if (isReached(pid)) asked(pid, signal);
  }

  #group(pid: Target): number | undefined {
    return this.#options.procfs.stat(pid)?.pgrp;
  }

  /** Who was addressed, alone or as one of several, has been asked to end: whether it obeys is another question. */
  #address(pid: number): void {
    const [oldest = pid] = this.#addressed;
    if (this.#addressed.size >= MOST_ADDRESSED) this.#addressed.delete(oldest);
    this.#addressed.add(pid);
  }

  /** Whether somebody below a child was, or may have been, sent a signal. */
  wasAsked(pid: number): boolean {
    return this.#addressed.has(pid);
  }

  /** Numbers of the signals by which the program has asked a child to end. */
  signals(pid: number): ReadonlySet<number> {
    return this.#asked.get(pid)?.signals ?? new Set();
  }

  /** Whether a child was just asked to end that has processes below it: what it leaves is known when it has ended. */
  isLeaving(pid: number): boolean {
    const asked = this.#asked.get(pid);
    if (asked?.since === undefined || now() - asked.since >= LEAVING_MS) return false;
    return asked.below.some((one) => !this.#addressed.has(one.pid));
  }

  exited(child: LiveChild): void {
    const { pid } = child.process;
    const asked = pid === undefined ? undefined : this.#asked.get(pid);
    if (pid !== undefined) this.#asked.delete(pid);
    if (asked && asked.below.length > 0) {
      const [signal = 0] = asked.signals;
      const { fork } = child;
      if (!fork.child) return;
      const then = `when that was sent ${signalName(asked.last ?? signal)}`;
      this.#left.add({ fork, parent: fork.child, then, signal, caught: asked.caught, below: asked.below });
    }
  }

  /** The `timeout` of a `*Sync` call has ended its child, and these were below it a moment before. */
  timedOut(fork: ForkCall, { child, caught, below }: Leaving): void {
    const parent = { pid: child, command: fork.command };
    const then = `shortly before the timeout of \`${fork.api}\` ended that, after ${fork.request.timeoutMs} ms`;
    this.#left.add({ fork, parent, then, signal: signalNumber(fork.request.killSignal) ?? 0, caught, below });
  }

  /** Processes below killed children that live on. */
  orphans(): readonly Orphan[] {
    return this.#left.orphans();
  }

  #note(pid: number, signal: number, several = false): Asked {
    this.#options.childAsked(pid, signal, several);
    let asked = this.#asked.get(pid);
    if (!asked) {
      asked = { signals: new Set(), caught: false, below: [] };
      this.#asked.set(pid, asked);
    }
    asked.signals.add(signal);
    return asked;
  }
}
