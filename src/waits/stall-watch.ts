/** Looks after the stalls of one thread: its late children with timers, its blocked calls with a watcher thread. */

import type { ChildProcess } from 'node:child_process';
import { now, wallClock } from '../clock';
import type { Config } from '../config';
import type { StalledChild, StallSnapshot } from '../facts/stall';
import type { ForkCall, ForkRequest } from '../instruments/fork-call';
import type { Ledger } from '../ledger';
import type { Hazard, Site } from '../model';
import type { Procfs } from '../procfs/procfs';
import { listenersOf } from '../resources';
import { messageOf } from '../say';
import { signalNumber } from '../signals';
import { ForkHandlers } from './fork-handlers';
import { noteOf } from './fork-note';
import { LateChildren } from './late-children';
import type { BlockedCall, BlockedThread, Leaving, Told } from './notes';
import type { PendingOutput } from './pending-output';
import { QuickCalls } from './quick-calls';
import type { Watcher } from './watcher';

export interface StallContext {
  readonly procfs: Procfs;
  readonly config: Config;
  readonly threadId: number;
  /** Runs the stall rules on a snapshot. */
  judge(snapshot: StallSnapshot): void;
  /** Listeners and worker threads of this thread, and its children that live. */
  readonly ledger: Ledger;
  /** Somebody below a child was sent a signal. */
  wasAsked(pid: number): boolean;
  /** Hazards that the watcher thread has already reported. */
  reported(hazards: readonly Hazard[]): void;
  gap(gap: { what: string; why: string }): void;
}

const LINUX = process.platform === 'linux';

export class StallWatch {
  readonly #context: StallContext;
  readonly #children: LateChildren;
  /** `null`: it could not be started. */
  #watcher: Watcher | null | undefined;
  #tid: number | undefined;
  #posted = false;
  readonly #quick = new QuickCalls();
  readonly #handlers: ForkHandlers;
  #watched: { readonly request: ForkRequest; readonly since: number } | undefined;
  #output: PendingOutput | undefined;

  constructor(context: StallContext) {
    this.#context = context;
    this.#handlers = new ForkHandlers(context.procfs);
    this.#children = new LateChildren({
      procfs: context.procfs,
      stallMs: context.config.stallMs,
      wasAsked: (pid) => context.wasAsked(pid),
      workers: () => context.ledger.workers(),
      report: (children, waitedMs, fork) => this.#report(children, waitedMs, fork),
    });
  }

  /** A child was made and lives. */
  forked(fork: ForkCall, process: ChildProcess): void {
    if (LINUX) this.#children.add(fork, process);
  }

  exited(process: ChildProcess): void {
    this.#children.exited(process);
  }

  asked(process: ChildProcess, signal: unknown): void {
    this.#children.asked(process, signal);
  }

  sent(target: object): void {
    this.#children.sent(target);
  }

  /** Whether a `*Sync` call need not be watched: nothing could keep it, or it has proven quick. */
  spares(request: ForkRequest): boolean {
    if (!LINUX) return true;
    if (this.#hasOthers()) return false;
    const isAlone = !request.stdio.some(({ type }) => type === 'pipe' || type === 'ipc');
    // what its child has started when the timeout comes is worth a look
    if (isAlone && request.timeoutMs === 0) return true;
    if (!this.#quick.isProven(request)) return false;
    if (this.#quick.idle) this.#endWatcher();
    return true;
  }

  /** A `*Sync` function is about to block, or an asynchronous spawn is about to fork. */
  forking(fork: ForkCall): void {
    if (fork.blocking ? this.spares(fork.request) : !LINUX || !this.#handlers.possible) return;
    const { timeoutMs } = fork.request;
    this.#post({
      kind: fork.blocking ? 'sync' : 'spawn',
      api: fork.api,
      since: wallClock(),
      ...(timeoutMs > 0 && { timeoutMs, killSignal: signalNumber(fork.request.killSignal) ?? 0 }),
      // no stall asks for the arguments, which may be a megabyte
      fork: noteOf(fork, []),
      earlier: this.#context.procfs.threadChildren() ?? [],
    });
    if (fork.blocking) this.#watched = { request: fork.request, since: now() };
  }

  /** The call came back. Returns what its timeout has left behind, if that ended its child. */
  returned(call?: ForkCall): Leaving | undefined {
    if (!this.#posted || !this.#watcher) return undefined;
    this.#posted = false;
    this.#watcher.board.clear();
    let timedOut = false;
    if (this.#watched) {
      const { request, since } = this.#watched;
      const ms = now() - since;
      this.#quick.note(request, ms < this.#context.config.stallMs / 4);
      // `execSync` throws what is not known here
      timedOut = call?.error === 'ETIMEDOUT' || (call?.failed === true && ms >= request.timeoutMs);
      this.#watched = undefined;
    }
    const told = this.#watcher.board.take<Told>();
    const hazards = told.flatMap((one) => ('hazard' in one ? one.hazard : []));
    if (hazards.length > 0) this.#context.reported(hazards);
    const [leaving] = told.flatMap((one) => ('leaving' in one ? one.leaving : []));
    return timedOut ? leaving : undefined;
  }

  /** `Atomics.wait` is about to block. Returns whether a note was left. */
  waiting(site: Site, timeoutMs: number): boolean {
    if (!LINUX) return false;
    this.#post({
      kind: 'wait',
      api: 'Atomics.wait',
      since: wallClock(),
      site: { frames: site.frames },
      ...(Number.isFinite(timeoutMs) && { timeoutMs }),
    });
    return this.#posted;
  }

  /** This worker thread writes; the result is called when that is done. */
  writing(name: 'stdout' | 'stderr'): () => void {
    const { PendingOutput: Made } = require('./pending-output') as typeof import('./pending-output');
    this.#output ??= new Made(this.#context.threadId);
    return this.#output.begin(name);
  }

  /** Whether a worker thread is ours and none of the program's business. */
  owns(worker: unknown): boolean {
    return this.#watcher?.worker === worker;
  }

  stop(): void {
    this.#endWatcher();
    this.#children.stop();
    this.#output?.stop();
  }

  #endWatcher(): void {
    if (!this.#watcher) return;
    this.#watcher.stop();
    this.#watcher = undefined;
  }

  /** Children, worker threads or clients of a listener could wait for this thread. */
  #hasOthers(): boolean {
    const { ledger } = this.#context;
    return ledger.children.size > 0 || ledger.workers().length > 0 || ledger.listening().length > 0;
  }

  #post(call: BlockedCall): void {
    const { config, threadId, ledger, procfs } = this.#context;
    if (this.#watcher === undefined) {
      const { startWatcher } = require('./watcher') as typeof import('./watcher');
      this.#watcher =
        (hasRoom(procfs) && startWatcher(config, threadId, procfs, (error) => this.#failed(error))) || null;
      if (!this.#watcher) this.#context.gap(UNWATCHED);
    }
    if (!this.#watcher) return;
    this.#tid ??= procfs.threadSelf();
    if (this.#tid === undefined) return;
    const note: BlockedThread = {
      pid: process.pid,
      tid: this.#tid,
      threadId,
      call,
      listeners: listenersOf(ledger),
      ...(threadId === 0 && isClusterWorker() && { primary: process.ppid }),
    };
    this.#posted = this.#watcher.board.post(note);
    if (!this.#posted)
      this.#context.gap({
        what: 'a call that blocks',
        why: 'what it is told to run is too long to be watched',
      });
  }

  /** Such as where the working directory is gone, without which Node starts no thread. */
  #failed(error: unknown): void {
    this.#watcher = null;
    this.#posted = false;
    this.#context.gap({
      what: 'calls that block',
      why: `the thread that watches them has ended: ${messageOf(error)}`,
    });
  }

  #report(children: readonly StalledChild[], waitedMs: number, fork: ForkCall): void {
    const { StallView } = require('./stall-view') as typeof import('./stall-view');
    const { threadId } = this.#context;
    const moment = { type: 'stall' as const, time: wallClock(), threadId, waitedMs, fork };
    this.#context.judge(new StallView(moment, process.pid, { children }));
  }
}

/** The module is loaded already in such a worker; elsewhere it is not loaded for this question. */
function isClusterWorker(): boolean {
  if (!process.channel || process.listenerCount('internalMessage') === 0) return false;
  return (require('node:cluster') as typeof import('node:cluster').default).isWorker;
}

/** So many descriptors are left to the program, and twice as many processes, which threads count as, are its limit. */
const ROOM = 32;
const UNWATCHED = {
  what: 'calls that block',
  why: 'no thread watches them: the limits leave no room for one beside the program (/proc/self/limits)',
};

/** Whether a thread of ours, with its event loop, takes nothing that the program may need. */
function hasRoom(procfs: Procfs): boolean {
  const limits = procfs.limits('self');
  if (!limits) return false;
  return limits.files - (procfs.openCount('self') ?? 0) > ROOM && limits.processes > 2 * ROOM;
}
