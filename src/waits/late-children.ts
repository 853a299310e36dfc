/**
 * The asynchronous children of one thread, and when to look at them: timers that exist only while something is
 * pending, never keep the program alive, and read the kernel only where the program's own side says that it
 * could be stuck.
 */

import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:worker_threads';
import { wallClock } from '../clock';
import type { StalledChild } from '../facts/stall';
import type { ForkCall } from '../instruments/fork-call';
import { catchesSignal } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { signalName, signalNumber } from '../signals';
import { setTimer } from '../timers';
import { awaitedEnd, type Concerns, concernsOf, isOver, type OwnChild } from './concerns';
import { isTimeToLook, type Lateness, latenessOf, restMs, type Since, stepMs, waitedMs } from './lateness';
import type { Suspicions } from './suspicions';

/** So little is no work: a heartbeat of ours in a Node child, a timer that finds nothing to do. */
const TRIFLE_NANOSECONDS = 2_000_000;

interface Tracked extends OwnChild {
  exitedAt?: number;
  /** Something came through its pipes after its exit was reported: who holds them is at work. */
  livelyAfterExit?: boolean;
  asked?: { readonly signal: string; readonly at: number; readonly caught: boolean };
  /** What waits behind a handle that the child has not acknowledged, and since when that is the same handle. */
  pending?: { readonly queue: readonly unknown[]; readonly at: number };
  /** Bytes read and written, and its run time in nanoseconds (infinite once it has ended), when it last moved. */
  bytes: number;
  ran: number;
  /** When it last moved, in milliseconds since 1970. */
  quietSince: number;
  /** Most children end without anybody having looked at them. */
  suspicions?: Suspicions;
  /** Not before then, after looks that found nothing. */
  nextLook: number;
  fruitless: number;
}

export interface LateContext {
  readonly procfs: Procfs;
  readonly stallMs: number;
  /** Somebody below a child was sent a signal. */
  readonly wasAsked: (pid: number) => boolean;
  /** Worker threads that run. */
  readonly workers: () => readonly Worker[];
  /** Called when children have been late twice; returns nothing, never throws. */
  report(children: readonly StalledChild[], waitedMs: number, fork: ForkCall): void;
}

export class LateChildren {
  readonly #context: LateContext;
  readonly #tracked = new Map<ChildProcess, Tracked>();
  #timer: NodeJS.Timeout | undefined;
  #due = 0;
  #began = 0;

  constructor(context: LateContext) {
    this.#context = context;
  }

  add(fork: ForkCall, process: ChildProcess): void {
    this.#tracked.set(process, {
      fork,
      process,
      bytes: 0,
      ran: 0,
      quietSince: wallClock(),
      nextLook: 0,
      fruitless: 0,
    });
    this.#wake();
  }

  exited(process: ChildProcess): void {
    const tracked = this.#tracked.get(process);
    if (!tracked) return;
    tracked.exitedAt = wallClock();
    tracked.quietSince = tracked.exitedAt;
    tracked.nextLook = 0;
    this.#wake();
  }

  /** A signal is about to be sent to a child. */
  asked(process: ChildProcess, signal: unknown): void {
    const tracked = this.#tracked.get(process);
    const number = signalNumber(signal);
    if (!tracked || tracked.exitedAt !== undefined || number === undefined || !ENDING.has(number)) return;
    const caught = catchesSignal(this.#context.procfs.status(process.pid!), number);
    tracked.asked = { signal: signalName(number), at: wallClock(), caught };
    this.#wake();
  }

  sent(process: object): void {
    if (this.#tracked.get(process as ChildProcess)) this.#wake();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tracked.clear();
  }

  /** Starts the fast rhythm: something has just happened. */
  #wake(): void {
    this.#began = wallClock();
    const step = this.#step();
    if (this.#timer && this.#due <= this.#began + step) return;
    this.#schedule(step);
  }

  #schedule(ms: number): void {
    clearTimeout(this.#timer);
    this.#due = wallClock() + ms;
    this.#timer = setTimer(() => this.#tick(), ms);
    this.#timer.unref();
  }

  #step(): number {
    return stepMs(wallClock() - this.#began, this.#context.stallMs);
  }

  #tick(): void {
    const now = wallClock();
    // while this thread was busy it read nothing: what looks late then is not the child
    const late = now - this.#due > this.#context.stallMs;
    this.#timer = undefined;
    let pending = false;
    for (const tracked of [...this.#tracked.values()]) {
      if (late) tracked.quietSince = now;
      if (this.#examine(tracked, now)) pending = true;
      else if (isOver(tracked)) this.#tracked.delete(tracked.process);
    }
    if (pending) this.#schedule(this.#step());
  }

  /** Returns whether the child must be looked at again. */
  #examine(tracked: Tracked, now: number): boolean {
    const { stallMs } = this.#context;
    followHandles(tracked, now);
    const concerns = concernsOf(tracked, tracked.asked !== undefined || tracked.pending !== undefined);
    if (!concerns.any) return false;
    this.#followMoves(tracked, concerns.bytes, now);
    const since = sinceOf(tracked);
    const lateness = latenessOf(since, now, stallMs);
    if (now < tracked.nextLook || !isTimeToLook(lateness, tracked.suspicions?.any === true)) return true;
    const found = this.#look(tracked, concerns, lateness, now);
    tracked.suspicions ??= noSuspicions();
    const outcome = tracked.suspicions.note(found, lateness.over);
    if (found && outcome === 'sure') this.#context.report([found], waitedMs(since, now), tracked.fork);
    if (outcome === 'nothing') tracked.nextLook = now + restMs(++tracked.fruitless, stallMs);
    return true;
  }

  /** Its quiet begins anew where it has run, or something came through its pipes, since it was last asked after. */
  #followMoves(tracked: Tracked, bytes: number, now: number): void {
    const { process, exitedAt } = tracked;
    const counter =
      exitedAt === undefined ? this.#context.procfs.schedstat(process.pid!, process.pid!) : undefined;
    const ran = counter?.ranNanoseconds ?? Number.POSITIVE_INFINITY;
    // between two infinities there is no difference
    const moved = bytes !== tracked.bytes || ran - tracked.ran > TRIFLE_NANOSECONDS;
    if (!moved) return;
    if (exitedAt !== undefined && tracked.ran === Number.POSITIVE_INFINITY) tracked.livelyAfterExit = true;
    tracked.bytes = bytes;
    tracked.ran = ran;
    tracked.quietSince = now;
    tracked.suspicions?.moved();
  }

  #look(
    { process, fork, exitedAt, asked, pending, quietSince }: Tracked,
    { ends, streams }: Concerns,
    { due }: Lateness,
    now: number,
  ): StalledChild | undefined {
    const { look } = require('./look') as typeof import('./look');
    const { procfs, stallMs, wasAsked } = this.#context;
    return look({
      procfs,
      fork,
      pid: process.pid!,
      ...(exitedAt !== undefined && { exitedMs: now - exitedAt }),
      quietMs: now - quietSince,
      passedOn: asked ? (asked.caught ? asked.signal : null) : process.signalCode,
      awaitedEnd: awaitedEnd(process),
      ends: due.pipes ? ends : [],
      streams: due.pipes ? streams : [],
      ...(asked && due.asked && { asked: { signal: asked.signal, ms: now - asked.at } }),
      ...(pending && due.handles && { handles: { queued: 1 + pending.queue.length, ms: now - pending.at } }),
      stallMs,
      wasAsked,
      otherWork: (act) => {
        const { otherWork } = require('./other-work') as typeof import('./other-work');
        const others = [...this.#tracked.values()].filter((other) => other.process !== process);
        return otherWork(procfs, others, this.#context.workers(), act, now - quietSince);
      },
    });
  }
}

function sinceOf({ fork, exitedAt, quietSince, livelyAfterExit, asked, pending }: Tracked): Since {
  return {
    forked: fork.time,
    exited: exitedAt,
    quiet: quietSince,
    livelyAfterExit,
    asked: asked?.at,
    handles: pending?.at,
  };
}

/** Loaded when the first child is late. */
function noSuspicions(): Suspicions {
  const { Suspicions: Made } = require('./suspicions') as typeof import('./suspicions');
  return new Made();
}

function followHandles(tracked: Tracked, now: number): void {
  const queue = queueOf(tracked.process);
  if (!queue) delete tracked.pending;
  else if (tracked.pending?.queue !== queue) tracked.pending = { queue, at: now };
}

/**
 * What waits behind the handle that the child has not acknowledged, in a list that Node makes anew with each
 * acknowledgement (lib/internal/child_process.js); undefined where none is on its way.
 */
function queueOf(process: ChildProcess): readonly unknown[] | undefined {
  const queue = (process as { _handleQueue?: unknown })._handleQueue;
  return Array.isArray(queue) ? queue : undefined;
}

/** Signals that ask to end, and that can be ignored. SIGUSR1 and SIGUSR2 are messages. */
const ENDING = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT'].map(signalNumber));
