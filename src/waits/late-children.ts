/**
 * The asynchronous children of one thread, and when to look at them: timers that exist only while something is
 * pending, never keep the program alive, and read the kernel only where the program's own side says that it
 * could be stuck.
 */

import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { wallClock } from '../clock';
import type { ForkCall } from '../instruments/fork-call';
import type { Procfs } from '../procfs/procfs';
import type { StalledChild } from '../rules/rule';
import { setTimer } from '../timers';
import { type Concerns, concernsOf, isAwaited, isWaitingForInput, type OwnChild } from './concerns';

/** The first of the two looks comes at this part of `stallMs`, so that the second is not late. */
const EARLY = 0.6;

/** Most children end without anybody having suspected them. */
const NONE: ReadonlySet<string> = new Set();

/** So little is no work: a heartbeat of ours in a Node child, a timer that finds nothing to do. */
const TRIFLE_NANOSECONDS = 2_000_000;

interface Tracked extends OwnChild {
  exitedAt?: number;
  /** Something came through its pipes after its exit was reported: who holds them is at work. */
  livelyAfterExit?: boolean;
  asked?: { readonly signal: string; readonly at: number };
  /** What waits behind a handle that the child has not acknowledged, and since when that is the same handle. */
  pending?: { readonly queue: readonly unknown[]; readonly at: number };
  /** Bytes read and written, and its run time in nanoseconds (infinite once it has ended), when it last moved. */
  bytes: number;
  ran: number;
  /** When it last moved, in milliseconds since 1970. */
  quietSince: number;
  /** Findings seen once; they are reported when seen again. */
  suspected: ReadonlySet<string>;
  /** Not before then, after looks that found nothing. */
  nextLook: number;
  fruitless: number;
  reported: ReadonlySet<string>;
}

export interface LateContext {
  readonly procfs: Procfs;
  readonly stallMs: number;
  /** Worker threads that run. */
  readonly workers: () => readonly unknown[];
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
      suspected: NONE,
      nextLook: 0,
      fruitless: 0,
      reported: NONE,
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

  /** `kill()` is about to be called. */
  asked(process: ChildProcess, signal: unknown): void {
    const tracked = this.#tracked.get(process);
    const name = signalName(signal);
    if (!tracked || tracked.exitedAt !== undefined || !name || !ENDING.has(name)) return;
    tracked.asked = { signal: name, at: wallClock() };
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
    const fast = this.#fast;
    const age = wallClock() - this.#began;
    if (age < 10 * this.#context.stallMs) return fast;
    return Math.min(this.#context.stallMs, age < 60_000 ? 2 * fast : 12 * fast);
  }

  /** Three such steps lie between the beginning of a stall and its report, besides `stallMs`. */
  get #fast(): number {
    return Math.min(80, Math.max(20, this.#context.stallMs / 8));
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
    const { process } = tracked;
    const { stallMs, procfs } = this.#context;
    this.#followHandles(tracked, now);
    const concerns = concernsOf(tracked, tracked.asked !== undefined || tracked.pending !== undefined);
    const due = (since: number) => now - since >= EARLY * stallMs;
    const over = (since: number) => now - since >= stallMs - this.#fast;
    if (!concerns.any) return false;
    const counter = tracked.exitedAt === undefined ? procfs.schedstat(process.pid!, process.pid!) : undefined;
    const ran = counter?.ranNanoseconds ?? Number.POSITIVE_INFINITY;
    if (concerns.bytes !== tracked.bytes || ran - tracked.ran > TRIFLE_NANOSECONDS) {
      if (tracked.exitedAt !== undefined && tracked.ran === Number.POSITIVE_INFINITY)
        tracked.livelyAfterExit = true;
      tracked.bytes = concerns.bytes;
      tracked.ran = ran;
      // nothing has run or moved since the look before: that is when the quiet began
      tracked.quietSince = now;
      if (tracked.suspected.size > 0)
        tracked.suspected = new Set([...tracked.suspected].filter((key) => !QUIET.test(key)));
    }
    // two pictures prove it; the time is there so that nobody is blamed for a pause
    const quiet =
      tracked.exitedAt === undefined
        ? now - tracked.quietSince >= stallMs / 4 && due(tracked.fork.time)
        : now - tracked.quietSince >= (tracked.livelyAfterExit ? 2 : EARLY) * stallMs;
    const late =
      quiet ||
      (tracked.asked !== undefined && due(tracked.asked.at)) ||
      (tracked.pending !== undefined && due(tracked.pending.at));
    if (!late || now < tracked.nextLook) return true;
    const second =
      over(tracked.exitedAt ?? tracked.fork.time) ||
      over(tracked.asked?.at ?? now) ||
      over(tracked.pending?.at ?? now);
    if (tracked.suspected.size > 0 && !second) return true;
    const found = this.#look(tracked, concerns, now, quiet);
    const keys = found ? keysOf(found) : [];
    const fresh = keys.filter((key) => !tracked.reported.has(key));
    const times: Record<string, number | undefined> = {
      asked: tracked.asked?.at,
      handles: tracked.pending?.at,
    };
    const sure = fresh.filter(
      (key) =>
        tracked.suspected.has(key) &&
        over(times[key.split(' ')[0]!] ?? tracked.exitedAt ?? tracked.fork.time),
    );
    tracked.suspected = new Set(fresh);
    if (found && sure.length > 0) {
      tracked.reported = new Set([...tracked.reported, ...sure]);
      const waited = now - Math.min(tracked.quietSince, tracked.asked?.at ?? now, tracked.pending?.at ?? now);
      this.#context.report([found], waited, tracked.fork);
    } else if (fresh.length === 0) {
      tracked.fruitless++;
      tracked.nextLook = now + stallMs * Math.min(32, 2 ** tracked.fruitless) * 0.1;
    }
    return true;
  }

  #look(tracked: Tracked, concerns: Concerns, now: number, quiet: boolean): StalledChild | undefined {
    const { look } = require('./look') as typeof import('./look');
    return look({
      procfs: this.#context.procfs,
      fork: tracked.fork,
      pid: tracked.process.pid!,
      ...(tracked.exitedAt !== undefined && { exitedMs: now - tracked.exitedAt }),
      ends: quiet ? concerns.ends : [],
      streams: quiet ? concerns.streams : [],
      ...(tracked.asked &&
        now - tracked.asked.at >= EARLY * this.#context.stallMs && {
          asked: { signal: tracked.asked.signal, ms: now - tracked.asked.at },
        }),
      ...(tracked.pending &&
        now - tracked.pending.at >= EARLY * this.#context.stallMs && {
          handles: { queued: 1 + tracked.pending.queue.length, ms: now - tracked.pending.at },
        }),
      stallMs: this.#context.stallMs,
      otherWork: () => this.#otherWork(tracked),
    });
  }

  /** What may yet come to the program and make it write to the child. */
  #otherWork(tracked: Tracked): string | undefined {
    const others = [...this.#tracked.values()].some(
      (other) => other !== tracked && isAwaited(other) && !isOver(other) && !isWaitingForInput(other),
    );
    if (others) return 'another child';
    if (this.#context.workers().length > 0) return 'a worker thread';
    const { workUnderWay } = require('./other-work') as typeof import('./other-work');
    return workUnderWay(this.#context.procfs);
  }

  #followHandles(tracked: Tracked, now: number): void {
    const queue = queueOf(tracked.process);
    if (!queue) delete tracked.pending;
    else if (tracked.pending?.queue !== queue) tracked.pending = { queue, at: now };
  }
}

function isOver({ exitedAt, process }: Tracked): boolean {
  return exitedAt !== undefined || process.exitCode !== null || process.signalCode !== null;
}

/**
 * What waits behind the handle that the child has not acknowledged, in a list that Node makes anew with each
 * acknowledgement (lib/internal/child_process.js); undefined where none is on its way.
 */
function queueOf(process: ChildProcess): readonly unknown[] | undefined {
  const queue = (process as { _handleQueue?: unknown })._handleQueue;
  return Array.isArray(queue) ? queue : undefined;
}

/** What is only true of a child that does nothing meanwhile. */
const QUIET = /^(held|unread|unended)/;

function keysOf(found: StalledChild): string[] {
  return [
    ...found.heldBy.map((holder) => `held ${holder.pid}`),
    ...found.unread.map((wait) => `unread ${wait.stream} ${wait.reading}`),
    ...(found.unended ? [`unended ${found.unended.awaited === undefined}`] : []),
    ...(found.asked ? [`asked ${found.asked.signal} ${found.asked.disposition}`] : []),
    ...(found.handles ? ['handles'] : []),
  ];
}

/** Signals that ask to end, and that can be ignored. SIGUSR1 and SIGUSR2 are messages. */
const ENDING = new Set(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT']);

function signalName(signal: unknown): string | undefined {
  if (signal === undefined || signal === null) return 'SIGTERM';
  if (typeof signal === 'string') return signal;
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
}
