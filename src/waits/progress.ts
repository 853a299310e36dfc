/** Whether those whom a call waits for get on: cheap enough to ask a dozen times a second. */

import { wallClock } from '../clock';
import type { RunCounter } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { isIdleHeartbeat, isTimedHeartbeat } from './heartbeat';
import { TICKING_MS } from './limits';
import type { BlockedThread } from './notes';
import { decode, type Limit } from './syscalls';

/** Less processor time than this in a second is not work: a poll that runs out, a heartbeat. */
const TRIFLE_NANOSECONDS = 3_000_000;
const SECOND_MS = 1000;

/** A poll that runs out, and is called again at once, takes a tenth of this. */
const ROUND_NANOSECONDS = 500_000;

/** The same for an event loop, which calls back whom a timer belongs to. */
const TICK_NANOSECONDS = 1_500_000;

/** One such length may come about by chance, as what is left of a timer of the program. */
const SURE = 2;

/** So many processes are followed at most. */
const MOST = 256;

/** How the main thread of a process was seen last. */
interface MainThread {
  readonly key: string;
  readonly counter: RunCounter;
  readonly transfers: number | undefined;
  /** Milliseconds since the epoch: since when it has done nothing. */
  readonly since: number;
  /** For how long it had come round and done nothing when it did so last; 0 before it has come round. */
  readonly idled: number;
  /** For how long its event loop slept at most. */
  readonly limit: Limit;
  /** How often its event loop was seen to have nothing before it but a timer of ours. */
  readonly beats: number;
}

export class Progress {
  readonly #procfs: Procfs;
  readonly #note: BlockedThread;
  readonly #waits = new Map<number, MainThread>();
  readonly #others = new Set<number>();
  #busy = false;
  #news = false;
  #pids = '';
  /** The processor time of all together, and when that was looked up. */
  #ran = 0;
  #ranAt = 0;
  /** Milliseconds since the epoch: when something last happened. */
  since: number;

  constructor(procfs: Procfs, note: BlockedThread) {
    this.#procfs = procfs;
    this.#note = note;
    this.since = note.call.since;
  }

  /** Returns whether something happened since the last call. */
  look(): boolean {
    const pids = this.#tree();
    let ran = 0;
    this.#busy = this.#note.call.kind === 'sync' && pids.length > 0;
    for (const pid of pids) {
      const counter = this.#procfs.schedstat(pid, pid);
      ran += counter?.ranNanoseconds ?? 0;
      if (counter && !this.#follow(pid, counter)) this.#busy = false;
    }
    for (const pid of this.#others) {
      const counter = pids.includes(pid) ? undefined : this.#procfs.schedstat(pid, pid);
      if (counter) this.#follow(pid, counter);
    }
    const key = pids.join();
    const first = this.#pids === '';
    const moved = key !== this.#pids || ran - this.#ran > TRIFLE_NANOSECONDS;
    if (moved || wallClock() - this.#ranAt >= SECOND_MS) {
      this.#ran = ran;
      this.#ranAt = wallClock();
    }
    if (!moved) return false;
    const now = wallClock();
    // who works does not merely come round: what was seen now is where counting begins
    for (const [pid, seen] of this.#waits) {
      if (pids.includes(pid) || this.#others.has(pid))
        this.#waits.set(pid, { ...seen, since: now, idled: 0, beats: 0 });
      else this.#waits.delete(pid);
    }
    this.#pids = key;
    // the first look says nothing about what happened before it
    if (!first) this.since = now;
    return true;
  }

  /**
   * Whether, a moment ago, everybody under the call ran, slept on a timer or waited for a child: with all of them
   * able to go on, there is no need to look at anything else.
   */
  get busy(): boolean {
    return this.#busy;
  }

  /** Whether, since it was last asked, somebody was first seen to wait as `idled` and `idle` tell. */
  takeNews(): boolean {
    const news = this.#news;
    this.#news = false;
    return news;
  }

  /**
   * For how many milliseconds the main threads of processes have woken, done nothing that could be seen, and gone
   * back to the same wait; 0 before they have come round. Who reads, writes or computes in between does not wait for
   * an answer: he looks whether one has come.
   */
  idled(): ReadonlyMap<number, number> {
    return new Map([...this.#waits].map(([pid, { idled }]) => [pid, idled]));
  }

  /** Processes whose event loop has been idle since, and has read and written nothing. */
  idle(): ReadonlySet<number> {
    return new Set([...this.#waits].filter(([, { beats }]) => beats >= SURE).map(([pid]) => pid));
  }

  /** From now on these are followed, too: they are not under the call, but somebody under it waits for them. */
  follow(pids: Iterable<number>): void {
    for (const pid of pids) if (pid !== this.#note.pid && this.#others.size < MOST) this.#others.add(pid);
  }

  /** Returns whether the process runs, sleeps on a timer or waits for a child. */
  #follow(pid: number, counter: RunCounter): boolean {
    const call = this.#procfs.syscall(pid, pid);
    const sleep = call && decode(call, () => undefined);
    const goesOn = sleep?.kind === 'running' || sleep?.kind === 'timer' || sleep?.kind === 'children';
    if (!call || call.running) return goesOn;
    const before = this.#waits.get(pid);
    const key = [call.number, ...call.args.slice(0, 2)].join();
    if (before?.key === key && before.counter.slices === counter.slices) return goesOn;
    const transfers = this.#procfs.transfers(pid);
    const again = before?.key === key && transfers === before.transfers;
    const most = sleep?.kind === 'epoll' ? TICK_NANOSECONDS : ROUND_NANOSECONDS;
    const trifle = again && counter.ranNanoseconds - before.counter.ranNanoseconds < most;
    const limit = sleep?.kind === 'epoll' ? sleep.limit : undefined;
    const beat = typeof limit === 'number' && isIdleHeartbeat(limit);
    // while a timer of the program is to come, to come round for one of ours says nothing
    const awaits = [before?.limit, limit].some((ms) => typeof ms === 'number' && isTimedHeartbeat(ms));
    const now = wallClock();
    const since = trifle && !awaits ? before.since : now;
    const idled = now - since;
    const beats = (again && !awaits ? before.beats : 0) + (beat ? 1 : 0);
    const reached = (ms: number) => idled >= ms && (before?.idled ?? 0) < ms;
    const untimed = sleep?.kind === 'epoll' && limit === undefined && before?.limit !== undefined;
    if (untimed || reached(1) || reached(TICKING_MS) || (beat && beats === SURE)) this.#news = true;
    this.#waits.set(pid, { key, counter, transfers, since, idled, limit, beats });
    return goesOn;
  }

  /** The processes under the call, found anew each time. */
  #tree(): number[] {
    const { pid, tid, call } = this.#note;
    if (call.kind === 'wait') return [pid];
    const found = (this.#procfs.children(pid, tid) ?? []).filter((child) => !call.earlier?.includes(child));
    for (let at = 0; at < found.length && at < MOST; at++)
      found.push(...(this.#procfs.children(found[at]!) ?? []));
    return found;
  }
}
