import type { ChildProcess } from 'node:child_process';
import type { Guard } from './guard';
import { type Ending, type ForkCall, type ForkRequest, whatIsAt } from './instruments/fork-call';
import type { ForkSink, LiveChild } from './instruments/sink';
import type { Hazard } from './model';
import { pendingBytes } from './program';
import { capture, EXIT_DEPTH } from './site';
import { activeSpan, isTraced } from './tracing';

/** Thrown by a fork in the mode `throw`. The child runs on: what it inherited cannot be taken back. */
export class ForkHazardError extends Error {
  override readonly name = 'ForkHazardError';
  readonly code = 'ERR_FORK_HAZARD';

  constructor(readonly hazards: readonly Hazard[]) {
    super(hazards.map(({ rule, what }) => `${rule}: ${what}`).join('\n'));
  }
}

/** Hears of the forks of one thread, and has the observer look at each. */
export class ForkGuard implements ForkSink {
  readonly #guard: Guard;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  passes(request: ForkRequest): boolean {
    const { mode, forks } = this.#guard.config;
    if (!this.#guard.observerSoFar || mode === 'throw' || forks || isTraced() || forkChannel().isHeard())
      return false;
    return (
      this.#guard.safely(
        'passes',
        () =>
          this.#guard.observerSoFar?.forks.passes(request, () => this.#guard.stalls.spares(request)) ?? false,
      ) ?? false
    );
  }

  failed(call: ForkCall): void {
    this.#guard.safely('failed', () => {
      this.#prepare(call);
      this.#guard.observer.forks.failed(call);
    });
  }

  #prepare(call: ForkCall): void {
    call.threadId = this.#guard.ledger.threadId;
    if (call.blocking && call.cwd !== undefined) call.directoryWas = whatIsAt(call.cwd);
  }

  forking(call: ForkCall): void {
    this.#guard.safely('forking', () => {
      this.#prepare(call);
      this.#noteStreams(call);
      call.span = activeSpan();
      forkChannel().publishStart(call);
      if (call.span !== undefined) this.#guard.observer.forks.forking(call);
      if (call.primitive === 'execve') this.#guard.observer.forks.forked(call);
      else this.#guard.stalls.forking(call);
    });
  }

  forked(call: ForkCall, child?: ChildProcess): void {
    const hazards = this.#guard.safely('forked', () => {
      const leaving = this.#guard.stallsSoFar?.returned(call);
      if (child?.pid !== undefined) {
        this.#guard.ledger.addChild(child.pid, { fork: call, process: child });
        this.#guard.stalls.forked(call, child);
      }
      this.#noteCleared(call);
      if (leaving) this.#guard.observer.exits.departures.timedOut(call, leaving);
      return this.#guard.observer.forks.forked(call);
    });
    if (this.#guard.config.mode !== 'throw') return;
    const harmful = hazards?.filter(({ severity }) => severity !== 'info') ?? [];
    if (harmful.length === 0) return;
    // who gets this error never gets the child, and could not hear what it will soon emit where none was made
    if (child?.pid === undefined) child?.on('error', () => {});
    throw new ForkHazardError(harmful);
  }

  exited(child: LiveChild, ending: Ending): void {
    this.#guard.safely('exited', () => {
      forkChannel().publishAsyncEnd(child.fork, ending);
      const { pid } = child.process;
      if (pid !== undefined) this.#guard.ledger.removeChild(pid);
      this.#guard.stallsSoFar?.exited(child.process);
      this.#guard.observerSoFar?.exited(child);
    });
  }

  unreferenced(process: ChildProcess): void {
    this.#guard.safely('unref', () => {
      const child = process.pid === undefined ? undefined : this.#guard.ledger.children.get(process.pid);
      if (!child || child.fork.unreferenced) return;
      child.fork.unreferenced = true;
      if (!child.fork.detached) {
        this.#guard.observer.exits.unreferenced(child);
        return;
      }
      this.#guard.observer.exits.released(child);
      forkChannel().publishAsyncEnd(child.fork, { released: true });
    });
  }

  sent(target: object, handle: object): void {
    this.#guard.safely('sent', () => {
      this.#guard.stallsSoFar?.sent(target);
      const { pid } = target as { pid?: unknown };
      if (typeof pid !== 'number' || pid === process.pid) return;
      const { noteHandedOver } = require('./handed-over') as typeof import('./handed-over');
      noteHandedOver(this.#guard.ledger, this.#guard.observer.procfs, handle, pid);
    });
  }

  disconnecting(target: object): void {
    this.#guard.safely('disconnect', () => {
      const { channelBacklog } = require('./exits/channel') as typeof import('./exits/channel');
      if (channelBacklog(target) === 0) return;
      // none where the target is this process, at the other end of which its parent is
      const { fork } = this.#guard.ledger.children.get((target as { pid: number }).pid) ?? {};
      this.#guard.observer.exits.disconnecting(target, fork, capture(EXIT_DEPTH));
    });
  }

  /** What streams look like before the child gets them. */
  #noteStreams(call: ForkCall): void {
    for (const { parentFd } of call.stdio) {
      if (parentFd !== undefined && parentFd > 2) this.#guard.observer.passing(call, parentFd);
      const stream = parentFd === undefined ? undefined : this.#guard.touched.get(parentFd);
      if (!stream || (parentFd !== 1 && parentFd !== 2)) continue;
      if (parentFd === 1) call.pendingStdout = pendingBytes(stream);
      else call.pendingStderr = pendingBytes(stream);
      if (this.#guard.observer.procfs.descriptor('self', parentFd)?.nonblocking) {
        call.nonblockingBefore = [...call.nonblockingBefore, parentFd];
      }
    }
  }

  #noteCleared(call: ForkCall): void {
    if (call.nonblockingBefore.length === 0) return;
    const { procfs } = this.#guard.observer;
    call.clearedNonblocking = call.nonblockingBefore.filter(
      (fd) => procfs.descriptor('self', fd)?.nonblocking === false,
    );
  }
}

let channel: typeof import('./fork-channel') | undefined;

/** Loaded at the first fork. */
function forkChannel(): typeof import('./fork-channel') {
  channel ??= require('./fork-channel') as typeof import('./fork-channel');
  return channel;
}
