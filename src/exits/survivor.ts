import type { Socket } from 'node:net';
import type { KeptListener, SharedDescriptor, Survivor } from '../facts/exit';
import type { LiveChild } from '../instruments/sink';
import type { ChildFacts, Fork } from '../model';
import { hasSignal, isDead } from '../procfs/parse-process';
import { signalName } from '../signals';
import type { SnapshotContext } from '../snapshot';
import { forkOf } from '../waits/fork-note';
import { awaits, awaitsOnly } from './awaiting';
import type { Connections } from './connections';
import type { Departures } from './departures';
import { keptAliveThrough } from './keepers';
import { ignoresHangup } from './left-behind';
import { knowsParent } from './parent-watchers';
import { settled, UNTIL_STARTED_MS } from './settled';
import { keptBy, sharedWith } from './shared';
import type { ThreadChild } from './thread-notes';

interface Pipe {
  readonly childFd: number;
  readonly target: string;
}

/** A child that may live at an exit. */
export interface Candidate {
  readonly fork: Fork;
  readonly child: ChildFacts;
  /** The program and its arguments, as they are. */
  readonly words: readonly string[];
  readonly unreferenced: boolean;
  readonly madeAtExit?: boolean;
  /** Nor do its pipes and its channel keep this thread alive. */
  readonly released: boolean;
  readonly connected: boolean;
  /** Numbers of the signals by which the program has asked it to end. */
  readonly signals: ReadonlySet<number>;
  /** The worker thread that made it, where that is not this one. */
  readonly thread?: number;
  /** What is known of `Survivor.told`; else it is looked up. */
  readonly told?: { readonly answer: boolean | undefined };
}

/** A child of this thread. */
export function ownChild(live: LiveChild, departures: Pick<Departures, 'signals'>): Candidate[] {
  const { fork, process } = live;
  const { child, unreferenced, atExit: madeAtExit } = fork;
  if (!child) return [];
  const released = unreferenced && keptAliveThrough(process).length === 0;
  const { file, args } = fork.request;
  const signals = departures.signals(child.pid);
  const told = isToldByUse(live) ? { told: { answer: true } } : {};
  const { connected } = process;
  const words = [file, ...args];
  return [{ fork, child, words, unreferenced, madeAtExit, released, connected, signals, ...told }];
}

/**
 * Something was written to its stdin, so it may be busy with that, and read the end afterwards; or its stdin or its IPC
 * channel was closed, by which a service is asked to end, unless nobody would have waited for that.
 */
function isToldByUse({ fork, process: { connected, stdin } }: LiveChild): boolean {
  const { writableEnded, destroyed, errored, bytesWritten } = (stdin ?? {}) as Partial<Socket>;
  const used = !errored && Number(bytesWritten) > 0;
  if (used && writableEnded !== true && destroyed !== true) return true;
  return !fork.unreferenced && (used || (!connected && fork.stdio.some(({ type }) => type === 'ipc')));
}

/** A child of another thread: its pipes and its channel end with that. */
export function childOfThread(made: ThreadChild): Candidate {
  const { fork, child, unreferenced, signals, thread } = made;
  const words = [fork.file, ...fork.args];
  const released = unreferenced;
  return {
    fork: forkOf(fork),
    child,
    words,
    unreferenced,
    released,
    connected: false,
    signals,
    thread,
  };
}

/** A child that lives at an exit. What only one rule asks is read when it asks. */
class LivingChild implements Survivor {
  readonly #context: SnapshotContext;
  readonly #words: readonly string[];
  readonly #channel: string | undefined;
  #told: Candidate['told'];
  #shared: readonly SharedDescriptor[] | undefined;

  readonly fork: Fork;
  readonly child: ChildFacts;
  readonly unreferenced: boolean;
  readonly madeAtExit: boolean;
  readonly connected: boolean;
  readonly thread: number | undefined;
  readonly #released: boolean;
  readonly pipes: readonly Pipe[];

  constructor(
    candidate: Candidate,
    readonly apart: boolean,
    readonly ignored: readonly string[],
    readonly proof: readonly string[],
    context: SnapshotContext,
  ) {
    this.fork = candidate.fork;
    this.child = candidate.child;
    this.unreferenced = candidate.unreferenced;
    this.madeAtExit = candidate.madeAtExit === true;
    this.connected = candidate.connected;
    this.thread = candidate.thread;
    this.#released = candidate.released;
    this.#told = candidate.told;
    this.#words = candidate.words;
    this.#context = context;
    this.pipes = this.#linked('pipe');
    this.#channel = this.#linked('ipc')[0]?.target;
  }

  get knowsParent(): boolean {
    const environment = this.#context.procfs.environment(this.child.pid) ?? [];
    return knowsParent(this.#context.pid, { words: this.#words, environment });
  }

  get told(): boolean | undefined {
    if (!this.#told) {
      const answer = this.#hasDisconnected || this.#awaitsPipe();
      this.#told = { answer: answer === false ? this.#awaitsConnection('dependsOn') : answer };
    }
    return this.#told.answer;
  }

  get #awaitsInput(): boolean {
    const input = this.pipes.find(({ childFd }) => childFd === 0)?.target;
    if (input === undefined) return false;
    return awaits(this.child.pid, (target) => target === input, this.#context.procfs) === true;
  }

  get awaitsUs(): boolean | undefined {
    const { pid } = this.child;
    const ask = () => this.#awaitsInput || this.#awaitsConnection('dependsOn');
    return settled(pid, this.#context.procfs, ask, UNTIL_STARTED_MS);
  }

  get servesUs(): boolean {
    return this.#awaitsConnection('reaches') !== false;
  }

  get service(): boolean {
    if (!this.#released || this.#ends.size === 0) return false;
    // one that is still starting may await them soon
    return settled(this.child.pid, this.#context.procfs, () => this.#awaitsPipe()) !== false;
  }

  get idle(): boolean {
    return (
      this.connected &&
      this.#channel !== undefined &&
      awaitsOnly(this.child.pid, this.#channel, this.#context.procfs)
    );
  }

  get shared(): readonly SharedDescriptor[] {
    this.#shared ??= sharedWith(this.child.pid, this.#context);
    return this.#shared;
  }

  get kept(): readonly KeptListener[] {
    return keptBy(this.child.pid, this.#context);
  }

  /** It has closed its end of the IPC channel itself, which a program does that is to end. */
  get #hasDisconnected(): boolean {
    const { fork, child } = this;
    const hadChannel = fork.stdio.some(({ type }) => type === 'ipc');
    return hadChannel && this.#channel === undefined && this.#context.procfs.targets(child.pid) !== undefined;
  }

  #awaitsConnection(which: keyof Connections): boolean | undefined {
    const { procfs } = this.#context;
    const { ownConnections } = require('./connections') as typeof import('./connections');
    return awaits(this.child.pid, ownConnections(procfs)[which], procfs);
  }

  /** Its ends of pipes and of the IPC channel. */
  get #ends(): ReadonlySet<string> {
    return new Set([...this.pipes.map(({ target }) => target), ...(this.#channel ? [this.#channel] : [])]);
  }

  #awaitsPipe(): boolean | undefined {
    const ends = this.#ends;
    return ends.size > 0 && awaits(this.child.pid, (target) => ends.has(target), this.#context.procfs);
  }

  /** The child's ends of what `stdio` made for it, unless it has closed or replaced them. */
  #linked(type: 'pipe' | 'ipc'): Pipe[] {
    return this.fork.stdio.flatMap((entry) => {
      const target = entry.type === type ? this.#context.procfs.link(this.child.pid, entry.fd) : undefined;
      return target?.startsWith('socket:') ? [{ childFd: entry.fd, target }] : [];
    });
  }
}

/** A child, if it lives and no signal that the program sent is about to end it. */
export function survivorOf(candidate: Candidate, context: SnapshotContext): Survivor | undefined {
  const { pid } = candidate.child;
  const stat = context.procfs.stat(pid);
  if (!stat || stat.ppid !== context.pid || isDead(stat)) return undefined;
  const ignores = context.procfs.status(pid)?.signalsIgnored;
  const ignored = disobeyed(candidate.signals, ignores);
  if (!ignored) return undefined;
  const proof = [`/proc/${pid}/stat: state ${stat.state}, parent ${stat.ppid}`];
  for (const signal of ignored) proof.push(`/proc/${pid}/status: SigIgn has ${signal}, which it was sent`);
  if (candidate.thread !== undefined) proof.push(`worker thread ${candidate.thread} of this process made it`);
  const apart = stat.session === pid || ignoresHangup(ignores, context.procfs);
  return new LivingChild(candidate, apart, ignored, proof, context);
}

/** Signals to end that the child ignores; undefined where one of them is ending it. */
function disobeyed(sent: ReadonlySet<number>, ignores: bigint | undefined): string[] | undefined {
  const signals = [...sent];
  if (signals.length === 0) return [];
  if (ignores === undefined) return undefined;
  // the kernel keeps SIGKILL out of what is ignored
  if (signals.some((signal) => !hasSignal(ignores, signal))) return undefined;
  return signals.map(signalName);
}
