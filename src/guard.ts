import type { ChildProcess } from 'node:child_process';
import type { Server, Socket } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { readBaseline } from './baseline';
import type { Config } from './config';
import { ParentWatch } from './exits/parent';
import { instrument } from './instruments';
import { type Ending, type ForkCall, type ForkRequest, isDirectory } from './instruments/fork-call';
import type { TouchedStdio } from './instruments/process';
import type { LiveChild, Sink } from './instruments/sink';
import { Ledger } from './ledger';
import type { Gap, Hazard } from './model';
import type { Observer } from './observer';
import { pendingBytes } from './program';
import { ResourceChannel } from './resource-channel';
import { messageOf, say } from './say';
import { CapturedSite, capture } from './site';
import { answerTests } from './testing/answer';
import { activeSpan, activeSpanContext, isTraced } from './tracing';
import type { StallWatch } from './waits/stall-watch';

/** Deep enough for the program's line above `process.exit`, below signal handlers and promises. */
const EXIT_DEPTH = 16;

/** Thrown by a fork in the mode `throw`. The child runs on: what it inherited cannot be taken back. */
export class ForkHazardError extends Error {
  override readonly name = 'ForkHazardError';
  readonly code = 'ERR_FORK_HAZARD';

  constructor(readonly hazards: readonly Hazard[]) {
    super(hazards.map(({ rule, what }) => `${rule}: ${what}`).join('\n'));
  }
}

/**
 * Puts all together for one thread: it hears the instruments, keeps the ledger, and has the observer look at each
 * moment. Nothing that goes wrong in here reaches the program.
 */
export class Guard implements Sink {
  readonly config: Config;
  readonly ledger = new Ledger();
  readonly #touched: TouchedStdio = new Map();
  readonly #baseline: ReadonlySet<string>;
  readonly #parent = new ParentWatch(this.#touched, (orphan) =>
    this.#safely('parent', () => {
      if (this.ledger.threadId === 0) this.observer.exits.parent(orphan);
    }),
  );
  readonly #resources = new ResourceChannel(this.ledger);
  readonly #stopAnswers = answerTests((request) =>
    this.#safely('a test', () => this.observer.tests.answer(request)),
  );
  #observer: Observer | undefined;
  #stalls: StallWatch | undefined;
  #stop: (() => void) | undefined;
  /** What was not looked at because no descriptor was free to load our own modules with. */
  #missed: Gap | undefined;

  constructor(config: Config) {
    this.config = config;
    if (config.redact.length > 0)
      (require('./redact') as typeof import('./redact')).redactAlso(config.redact);
    this.#baseline = readBaseline();
    this.ledger.activeSpan = activeSpanContext;
    this.#stop = instrument(this, this.#touched, (_, worker) => this.#stalls?.owns(worker) ?? false);
  }

  stop(): void {
    this.#stalls?.stop();
    this.#parent.stop();
    this.#stopAnswers();
    this.#stop?.();
    this.#stop = undefined;
    this.#resources.stop();
  }

  /** The part that judges; made when first needed. */
  get observer(): Observer {
    if (!this.#observer) {
      const { Observer: Made } = require('./observer') as typeof import('./observer');
      this.#observer = new Made({
        config: this.config,
        ledger: this.ledger,
        touched: this.#touched,
        baseline: this.#baseline,
      });
      if (this.#missed) this.#observer.engine.gap(this.#missed);
    }
    return this.#observer;
  }

  /** Looks now, without a fork. */
  check(): Hazard[] {
    return this.#safely('check', () => this.observer.check()) ?? [];
  }

  /** The part that finds what is stuck; made at the first fork. */
  get stalls(): StallWatch {
    if (!this.#stalls) {
      const { StallWatch: Made } = require('./waits/stall-watch') as typeof import('./waits/stall-watch');
      const { observer, config } = this;
      this.#stalls = new Made({
        procfs: observer.procfs,
        config,
        threadId: this.ledger.threadId,
        judge: (snapshot) => this.#safely('stall', () => observer.stall(snapshot)),
        ledger: this.ledger,
        reported: (hazards) => observer.adopt(hazards),
        gap: (gap) => observer.engine.gap(gap),
      });
    }
    return this.#stalls;
  }

  passes(request: ForkRequest): boolean {
    const { mode, forks } = this.config;
    if (!this.#observer || mode === 'throw' || forks || isTraced() || forkChannel().isHeard()) return false;
    return (
      this.#safely(
        'passes',
        () => this.#observer?.passes(request, () => this.stalls.spares(request)) ?? false,
      ) ?? false
    );
  }

  failed(call: ForkCall): void {
    this.#safely('failed', () => {
      this.#prepare(call);
      this.observer.failed(call);
    });
  }

  #prepare(call: ForkCall): void {
    call.threadId = this.ledger.threadId;
    if (call.blocking && call.cwd !== undefined) call.directoryExisted = isDirectory(call.cwd);
  }

  forking(call: ForkCall): void {
    this.#safely('forking', () => {
      this.#prepare(call);
      this.#noteStreams(call);
      call.span = activeSpan();
      forkChannel().publishStart(call);
      if (call.span !== undefined) this.observer.forking(call);
      if (call.primitive === 'execve') this.observer.fork(call);
      else this.stalls.forking(call);
    });
  }

  forked(call: ForkCall, child?: ChildProcess): void {
    const hazards = this.#safely('forked', () => {
      this.#stalls?.returned();
      if (child?.pid !== undefined) {
        this.ledger.addChild(child.pid, { fork: call, process: child });
        this.stalls.forked(call, child);
      }
      this.#noteCleared(call);
      return this.observer.fork(call);
    });
    if (this.config.mode !== 'throw') return;
    const harmful = hazards?.filter(({ severity }) => severity !== 'info') ?? [];
    if (harmful.length > 0) throw new ForkHazardError(harmful);
  }

  exited(child: LiveChild, ending: Ending): void {
    this.#safely('exited', () => {
      forkChannel().publishAsyncEnd(child.fork, ending);
      const { pid } = child.process;
      if (pid !== undefined) this.ledger.removeChild(pid);
      this.#stalls?.exited(child.process);
      this.#observer?.exited(child);
    });
  }

  killing(process: ChildProcess, signal: unknown): void {
    this.#safely('kill', () => {
      this.#stalls?.asked(process, signal);
      const { pid } = process;
      const child = pid === undefined ? undefined : this.ledger.children.get(pid);
      if (pid === undefined || !child) return;
      child.fork.killed = true;
      this.observer.exits.departures.signalling(pid, signal);
    });
  }

  signalled(pid: number, signal: unknown): void {
    this.#safely('process.kill', () => {
      this.#parent.signalled(pid);
      if (this.#observer || this.ledger.hasStartedAny) this.observer.exits.departures.signalling(pid, signal);
    });
  }

  unreferenced(process: ChildProcess): void {
    this.#safely('unref', () => {
      const child = process.pid === undefined ? undefined : this.ledger.children.get(process.pid);
      if (!child || child.fork.unreferenced) return;
      child.fork.unreferenced = true;
      if (!child.fork.detached) return;
      this.observer.released(child);
      forkChannel().publishAsyncEnd(child.fork, { released: true });
    });
  }

  sent(target: object, handle: object): void {
    this.#safely('sent', () => {
      this.#stalls?.sent(target);
      const { pid } = target as { pid?: unknown };
      if (typeof pid === 'number' && pid !== process.pid) this.observer.handedOver(handle, pid);
    });
  }

  listening(server: Server, stack: Error | undefined, args: readonly unknown[]): void {
    this.#safely('listening', () => {
      this.ledger.noteListener(server, stack);
      this.#resources.opened('listener', server, args);
    });
  }

  refused(server: Server, error: NodeJS.ErrnoException): void {
    this.#safely('refused', () => {
      if (error.code === 'EADDRINUSE') this.observer.conflict(server, error);
    });
  }

  connecting(socket: Socket, stack: Error | undefined, args: readonly unknown[]): void {
    this.#safely('connecting', () => {
      this.ledger.noteObject(socket, stack);
      this.#resources.opened('socket', socket, args);
    });
  }

  openedFile(fd: number, path: string, stack: Error | undefined): void {
    if (path.startsWith('/proc/')) return; // our own, most likely, and nothing that a child could spoil
    this.#safely('openedFile', () => {
      this.ledger.noteFile(fd, path, stack);
      this.#resources.openedFile(fd, path);
    });
  }

  started(worker: Worker, stack: Error | undefined): void {
    this.#safely('started', () => {
      this.ledger.noteWorker(worker, stack);
      threadNotes().hearThreads();
      this.#resources.opened('thread', worker, []);
    });
  }

  terminating({ threadId }: Worker): void {
    this.#safely('terminate', () => {
      if (threadNotes().childrenOfThreads().size > 0) this.observer.exits.terminating(threadId);
    });
  }

  ended(exitCode: number): void {
    // a thread that ends by itself has looked at its children itself
    if (exitCode !== 0) this.#safely('ended', () => this.observer.exits.threadEnded());
  }

  exiting(code: number): void {
    this.#safely('exiting', () => {
      const { children, hasStartedAny } = this.ledger;
      const nothing = !this.#observer && !this.#missed && children.size === 0;
      const ofThreads = hasStartedAny && threadNotes().childrenOfThreads().size > 0;
      if (nothing && !ofThreads && !this.#losesOutput()) return;
      this.observer.exit(code, capture(EXIT_DEPTH));
      const { exitCode } = this.config;
      if (exitCode !== undefined && code === 0 && this.observer.engine.harmful) process.exitCode = exitCode;
    });
  }

  askedToEnd(): void {
    this.#parent.ending = true;
  }

  uncaught(error: unknown): void {
    this.#safely('uncaught', () => {
      const caught =
        process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
      if (!caught) this.#observer?.exits.unheard.uncaught(error);
    });
  }

  /** Looked at in every process that ends, also where nothing was ever forked. */
  #losesOutput(): boolean {
    if (pendingBytes(this.#touched.get(1)) > 0 || pendingBytes(this.#touched.get(2)) > 0) return true;
    if (!process.channel) return false;
    const { channelBacklog } = require('./exits/unflushed') as typeof import('./exits/unflushed');
    return channelBacklog(process) > 0;
  }

  waiting(stack: () => Error | undefined, timeoutMs: number): boolean {
    if (timeoutMs <= this.config.stallMs) return false;
    // a worker thread without worker threads of its own is notified by the one that it is of, which may idle for long
    const alone = this.ledger.workers().length === 0;
    if (alone && (this.ledger.threadId !== 0 || Number.isFinite(timeoutMs))) return false;
    return this.#safely('wait', () => this.stalls.waiting(new CapturedSite(stack()), timeoutMs)) ?? false;
  }

  waited(): void {
    this.#safely('waited', () => this.#stalls?.returned());
  }

  writing(name: 'stdout' | 'stderr'): () => void {
    const done = this.#safely('writing', () => this.stalls.writing(name));
    return () => this.#safely('written', () => done?.());
  }

  /** What streams look like before the child gets them. */
  #noteStreams(call: ForkCall): void {
    for (const { parentFd } of call.stdio) {
      const stream = parentFd === undefined ? undefined : this.#touched.get(parentFd);
      if (!stream || (parentFd !== 1 && parentFd !== 2)) continue;
      if (parentFd === 1) call.pendingStdout = pendingBytes(stream);
      else call.pendingStderr = pendingBytes(stream);
      if (this.observer.procfs.descriptor('self', parentFd)?.nonblocking) {
        call.nonblockingBefore = [...call.nonblockingBefore, parentFd];
      }
    }
  }

  #noteCleared(call: ForkCall): void {
    if (call.nonblockingBefore.length === 0) return;
    const { procfs } = this.observer;
    call.clearedNonblocking = call.nonblockingBefore.filter(
      (fd) => procfs.descriptor('self', fd)?.nonblocking === false,
    );
  }

  #safely<T>(where: string, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException | undefined)?.code;
      if (!this.#observer && (code === 'EMFILE' || code === 'ENFILE'))
        this.#missed = {
          what: 'the first forks',
          why: `no descriptor was free to look at them with (${code})`,
        };
      else say(`internal error in ${where}, the program goes on: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/** Loaded with the first worker thread. */
function threadNotes(): typeof import('./exits/thread-notes') {
  return require('./exits/thread-notes');
}

let channel: typeof import('./fork-channel') | undefined;

/** Loaded at the first fork: most processes never make one. */
function forkChannel(): typeof import('./fork-channel') {
  channel ??= require('./fork-channel') as typeof import('./fork-channel');
  return channel;
}
