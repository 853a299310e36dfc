import { constants } from 'node:os';
import { now } from '../clock';
import { escapeText } from '../escape';
import type { Orphan } from '../facts/exit';
import type { ForkCall } from '../instruments/fork-call';
import type { ChildFacts } from '../model';
import { hasSignal, isDead } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { setTimer } from '../timers';
import type { Member } from './descendants';

/** Milliseconds that are given to who was asked to end, most likely, by the child that was asked to. */
const ENDING_MS = 5000;

/** Milliseconds after a killed child's exit at which what was below it is looked at. */
const LOOKS = [150, 500, ENDING_MS];

const NO_SIGNALS = { signalsCaught: 0n, signalsBlocked: 0n };

/** A child that was killed, and who was below it. */
interface Family {
  readonly fork: ForkCall;
  readonly parent: ChildFacts;
  /** When it was below that child: "when that was sent SIGTERM". */
  readonly then: string;
  readonly signal: number;
  /** It had a handler for the signal. */
  readonly caught: boolean;
  readonly since: number;
  readonly below: readonly Member[];
}

export interface LeftBehindOptions {
  readonly procfs: Procfs;
  /** Some were found to live on, while this process goes on. */
  readonly found: (orphans: readonly Orphan[]) => void;
}

/** What killed children leave. */
export class LeftBehind {
  readonly families = new Set<Family>();
  readonly #procfs: Procfs;
  readonly #found: LeftBehindOptions['found'];
  readonly #addressed: ReadonlySet<number>;

  constructor({ procfs, found }: LeftBehindOptions, addressed: ReadonlySet<number>) {
    this.#procfs = procfs;
    this.#found = found;
    this.#addressed = addressed;
  }

  add(what: Omit<Family, 'since'>): void {
    const family = { ...what, since: now() };
    this.families.add(family);
    this.#expect(family, 0);
  }

  orphans(): Orphan[] {
    return [...this.families].flatMap((family) => this.#orphansOf(family));
  }

  #expect(family: Family, look: number): void {
    setTimer(
      () => {
        const orphans = look > 0 ? this.#orphansOf(family) : [];
        if (orphans.length === 0 && look + 1 < LOOKS.length) this.#expect(family, look + 1);
        else this.families.delete(family);
        if (orphans.length > 0) this.#found(orphans);
      },
      (LOOKS[look] as number) - (LOOKS[look - 1] ?? 0),
    ).unref();
  }

  #orphansOf({ fork, parent, then, below, signal, caught, since }: Family): Orphan[] {
    const procfs = this.#procfs;
    // who has caught the signal may have passed it on before it ended
    const mayBeEnding = caught && now() - since < ENDING_MS;
    const pids = new Set(below.map(({ pid }) => pid));
    return below.flatMap(({ pid, startTime }) => {
      if (this.#addressed.has(pid)) return [];
      const stat = procfs.stat(pid);
      if (stat?.startTime !== startTime || isDead(stat)) return [];
      // a session of its own, or nohup(1), is how a program says that it means to live on
      if (stat.session === pid || ignoresHangup(procfs.status(pid)?.signalsIgnored, procfs)) return [];
      // its parent lives on, too: it is reported, or was sent a signal and may wait for this one to end
      if (pids.has(stat.ppid)) return [];
      if (mayBeEnding && catches(pid, signal, procfs)) return [];
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

/** It has a handler for the signal, or blocks it, to take it with sigwait(3) or signalfd(2). */
export function catches(pid: number, signal: number, procfs: Procfs): boolean {
  const { signalsCaught, signalsBlocked } = procfs.status(pid) ?? NO_SIGNALS;
  return hasSignal(signalsCaught | signalsBlocked, signal);
}

/** As with nohup(1). Children inherit it: where this process itself ignores SIGHUP it says nothing. */
export function ignoresHangup(ignored: bigint | undefined, procfs: Procfs): boolean {
  const has = (signals = 0n) => hasSignal(signals, constants.signals.SIGHUP);
  return has(ignored) && !has(procfs.status('self')?.signalsIgnored);
}
