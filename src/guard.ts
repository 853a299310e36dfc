import type { Server, Socket } from 'node:net';
import { readBaseline } from './baseline';
import { type Config, hideAsAsked } from './config';
import { isBelowNode } from './exits/ancestors';
import type { ParentWatch } from './exits/parent';
import type { ForkGuard } from './fork-guard';
import { instrument } from './instruments';
import type { TouchedStdio } from './instruments/process';
import type { Sink } from './instruments/sink';
import { whenLoaded } from './instruments/when-loaded';
import { Ledger } from './ledger';
import type { Gap, Hazard } from './model';
import type { Observer } from './observer';
import { withOwnFiles } from './own-files';
import { pendingBytes } from './program';
import { ResourceChannel } from './resource-channel';
import { messageOf, say } from './say';
import { CapturedSite, capture, EXIT_DEPTH } from './site';
import { answerTests } from './testing/answer';
import type { EarlyAnswers } from './testing/early';
import type { Request } from './testing/protocol';
import { inWorker } from './thread';
import type { ThreadGuard } from './thread-guard';
import { shareTold } from './told';
import { activeSpanContext } from './tracing';
import type { StallWatch } from './waits/stall-watch';

// these take Node's own clocks and timers before the program can put others in their place
import './clock';
import './timers';

/** What is not seen if what an instrument needs cannot be loaded. */
const MISSED: Readonly<Record<string, string>> = {
  child_process: 'the forks of this process',
  net: 'the places where sockets were opened',
};

/**
 * Puts all together for one thread: it hears the instruments, keeps the ledger, and has the observer look at each
 * moment. Nothing that goes wrong in here reaches the program.
 */
export class Guard implements Sink {
  readonly config: Config;
  readonly ledger = new Ledger();
  readonly touched: TouchedStdio = new Map();
  readonly #baseline: ReadonlySet<string>;
  readonly #parent: ParentWatch | undefined;
  readonly resources = new ResourceChannel(this.ledger);
  readonly #stopAnswers = answerTests((request) => this.safely('a test', () => this.#answer(request)));
  #observer: Observer | undefined;
  #early: EarlyAnswers | undefined;
  #forks: ForkGuard | undefined;
  #threads: ThreadGuard | undefined;
  #stalls: StallWatch | undefined;
  #stop: (() => void) | undefined;
  /** What was not looked at because no descriptor was free to load our own modules with. */
  #missed: Gap | undefined;
  /** How many parts of ours run, one within the other: what they open is none of the program's. */
  #acting = 0;

  constructor(config: Config) {
    this.config = config;
    hideAsAsked(config);
    this.#baseline = readBaseline();
    this.#parent = this.#watchParent();
    this.ledger.activeSpan = activeSpanContext;
    if (!inWorker) whenLoaded('worker_threads', () => this.safely('told', shareTold));
    this.#stop = instrument(this, this.touched, (_, worker) => this.#stalls?.owns(worker) ?? false);
  }

  stop(): void {
    this.#stalls?.stop();
    this.#parent?.stop();
    this.#stopAnswers();
    this.#stop?.();
    this.#stop = undefined;
    this.resources.stop();
  }

  #watchParent(): ParentWatch | undefined {
    if (inWorker || !isBelowNode()) return undefined;
    const { ParentWatch: Made } = require('./exits/parent') as typeof import('./exits/parent');
    return new Made(this.touched, (orphan) =>
      this.safely('parent', () => this.observer.exits.parent(orphan)),
    );
  }

  /** The part that judges; made when first needed. */
  get observer(): Observer {
    if (!this.#observer) {
      const { Observer: Made } = require('./observer') as typeof import('./observer');
      this.#observer = new Made({
        config: this.config,
        ledger: this.ledger,
        touched: this.touched,
        baseline: this.#baseline,
      });
      if (this.#missed) this.#observer.engine.gap(this.#missed);
      // who has asked counts on what is found from then on
      if (this.#early) this.#observer.tests.hear(this.#early.announced);
      this.#early = undefined;
    }
    return this.#observer;
  }

  #answer(request: Request): void {
    if (!this.#observer && !this.ledger.hasStartedAny) {
      if (!this.#early) {
        const { EarlyAnswers: Made } = require('./testing/early') as typeof import('./testing/early');
        this.#early = new Made();
      }
      if (this.#early.answer(request)) return;
    }
    this.observer.tests.answer(request);
  }

  /** The same, if it was made. */
  get observerSoFar(): Observer | undefined {
    return this.#observer;
  }

  /** Hears of forks; made when `child_process` is loaded. */
  get forks(): ForkGuard {
    if (!this.#forks) {
      const { ForkGuard: Made } = require('./fork-guard') as typeof import('./fork-guard');
      this.#forks = new Made(this);
    }
    return this.#forks;
  }

  /** Hears of worker threads; made with the first of them. */
  get threads(): ThreadGuard {
    if (!this.#threads) {
      const { ThreadGuard: Made } = require('./thread-guard') as typeof import('./thread-guard');
      this.#threads = new Made(this);
    }
    return this.#threads;
  }

  /** Looks now, without a fork. */
  check(): Hazard[] {
    return this.safely('check', () => this.observer.check()) ?? [];
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
        judge: (snapshot) => this.safely('stall', () => observer.stall(snapshot)),
        ledger: this.ledger,
        wasAsked: (pid) => observer.exits.departures.wasAsked(pid),
        reported: (hazards) => observer.adopt(hazards),
        gap: (gap) => observer.engine.gap(gap),
      });
    }
    return this.#stalls;
  }

  replacing(args: readonly unknown[]): void {
    this.safely('execve', () => {
      const { callOfExecve } = require('./instruments/execve') as typeof import('./instruments/execve');
      const call = callOfExecve(args);
      if (call) this.forks.forking(call);
    });
  }

  signalling(pid: number, signal: unknown): void {
    this.safely('kill', () => {
      this.#parent?.signalled(pid);
      // the process group of a detached child has its pid
      const child = this.ledger.children.get(Math.abs(pid));
      if (child) this.#stalls?.asked(child.process, signal);
      // where nobody was ever started it concerns nobody
      if (child || this.#observer || this.ledger.hasStartedAny)
        this.observer.exits.departures.signalling(pid, signal);
    });
    if (pid === process.pid && !inWorker && this.#observer) this.#signallingItself(this.#observer, signal);
  }

  #signallingItself({ procfs }: Observer, signal: unknown): void {
    const { codeOfEnd } = require('./exits/own-end') as typeof import('./exits/own-end');
    const code = this.safely('kill', () => codeOfEnd(signal, procfs));
    if (code !== undefined) this.exiting(code);
  }

  get stallsSoFar(): StallWatch | undefined {
    return this.#stalls;
  }

  listening(server: Server, stack: Error | undefined, args: readonly unknown[]): void {
    this.safely('listening', () => {
      this.ledger.noteListener(server, stack);
      this.resources.opened('listener', server, args);
    });
  }

  refused(server: Server, error: NodeJS.ErrnoException): void {
    this.safely('refused', () => {
      if (error.code === 'EADDRINUSE') this.observer.conflict(server, error);
    });
  }

  connecting(socket: Socket, stack: Error | undefined, args: readonly unknown[]): void {
    this.safely('connecting', () => {
      this.ledger.noteObject(socket, stack);
      this.resources.opened('socket', socket, args);
    });
  }

  openedFile(fd: number, path: string, stack: Error | undefined): void {
    // our own, or nothing that a child could spoil
    if (this.#acting > 0 || path.startsWith('/proc/')) return;
    this.safely('openedFile', () => {
      this.ledger.noteFile(fd, path, stack);
      this.resources.openedFile(fd, path);
    });
  }

  exiting(code: number): void {
    this.safely('exiting', () => {
      const nothing = !this.#observer && !this.#missed && this.ledger.children.size === 0;
      if (!nothing || this.#threads?.haveChildren || this.#losesOutput())
        this.observer.exit(code, capture(EXIT_DEPTH));
      const { exitCode } = this.config;
      // that of a thread is the program's
      if (exitCode === undefined || code !== 0 || inWorker) return;
      if (this.#observer?.engine.harmful || this.#threads?.reportedHarm) process.exitCode = exitCode;
    });
  }

  askedToEnd(event: string): void {
    this.safely(event, () => {
      if (this.#observer || this.ledger.hasStartedAny) this.observer.exits.departures.interrupted(event);
    });
    if (this.#parent) this.#parent.ending = true;
  }

  uncaught(error: unknown): void {
    this.safely('uncaught', () => {
      const caught =
        process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
      if (!caught) this.#observer?.exits.unheard.uncaught(error);
    });
  }

  /** Looked at in every process that ends, also where nothing was ever forked. */
  #losesOutput(): boolean {
    if (pendingBytes(this.touched.get(1)) > 0 || pendingBytes(this.touched.get(2)) > 0) return true;
    if (!process.channel) return false;
    const { channelBacklog } = require('./exits/channel') as typeof import('./exits/channel');
    return channelBacklog(process) > 0;
  }

  waiting(stack: () => Error | undefined, timeoutMs: number): boolean {
    if (timeoutMs <= this.config.stallMs) return false;
    // a worker thread without worker threads of its own is notified by the one that it is of, which may idle for long
    const alone = this.ledger.workers().length === 0;
    if (alone && (this.ledger.threadId !== 0 || Number.isFinite(timeoutMs))) return false;
    return this.safely('wait', () => this.stalls.waiting(new CapturedSite(stack()), timeoutMs)) ?? false;
  }

  waited(): void {
    this.safely('waited', () => this.#stalls?.returned());
  }

  writing(name: 'stdout' | 'stderr'): () => void {
    const done = this.safely('writing', () => this.stalls.writing(name));
    return () => this.safely('written', () => done?.());
  }

  safely<T>(where: string, act: () => T): T | undefined {
    this.#acting++;
    try {
      return withOwnFiles(act);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException | undefined)?.code;
      if (!this.#observer && (code === 'EMFILE' || code === 'ENFILE'))
        this.#missed = {
          what: MISSED[where] ?? 'the first forks',
          why: `no descriptor was free to look at them with (${code})`,
        };
      else say(`internal error in ${where}, the program goes on: ${messageOf(error)}`);
      return undefined;
    } finally {
      this.#acting--;
    }
  }
}
