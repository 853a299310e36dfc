import { constants } from 'node:os';
import { describe } from '../crossings';
import type { ForkCall } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import type { ChildFacts } from '../model';
import type { Procfs } from '../procfs/procfs';
import type { SharedDescriptor, Survivor } from '../rules/rule';
import { serves } from '../serving';
import type { SnapshotContext } from '../snapshot';
import { awaits, awaitsOnly } from './awaiting';
import { type Departures, isDead, nameOf } from './departures';
import { knowsParent } from './parent-watchers';

interface Pipe {
  readonly childFd: number;
  readonly target: string;
}

/** A child that lives at an exit. What only one rule asks is read when it asks. */
class LivingChild implements Survivor {
  readonly #context: SnapshotContext;
  readonly #channel: string | undefined;
  #told: { readonly answer: boolean | undefined } | undefined;
  #shared: readonly SharedDescriptor[] | undefined;

  constructor(
    readonly fork: ForkCall,
    readonly child: ChildFacts,
    readonly connected: boolean,
    readonly proof: readonly string[],
    context: SnapshotContext,
  ) {
    this.#context = context;
    this.pipes = this.#linked('pipe');
    this.#channel = this.#linked('ipc')[0]?.target;
  }

  readonly pipes: readonly Pipe[];

  get unreferenced(): boolean {
    return this.fork.unreferenced;
  }

  get knowsParent(): boolean {
    const { file, args } = this.fork.request;
    const environment = this.#context.procfs.environment(this.child.pid) ?? [];
    return knowsParent(this.#context.pid, { words: [file, ...args], environment });
  }

  get told(): boolean | undefined {
    if (!this.#told) {
      const ends = new Set(this.pipes.map(({ target }) => target));
      if (this.#channel !== undefined) ends.add(this.#channel);
      const { procfs } = this.#context;
      const answer = awaits(this.child.pid, (target) => ends.has(target), procfs);
      this.#told = { answer: answer === false ? awaitsConnection(this.child.pid, procfs) : answer };
    }
    return this.#told.answer;
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

  /** The child's ends of what `stdio` made for it, unless it has closed or replaced them. */
  #linked(type: 'pipe' | 'ipc'): Pipe[] {
    return this.fork.stdio.flatMap((entry) => {
      const target = entry.type === type ? this.#context.procfs.link(this.child.pid, entry.fd) : undefined;
      return target?.startsWith('socket:') ? [{ childFd: entry.fd, target }] : [];
    });
  }
}

/** The same of a connection to this process. */
function awaitsConnection(pid: number, procfs: Procfs): boolean | undefined {
  const { ownConnections } = require('./connections') as typeof import('./connections');
  const connections = ownConnections(procfs);
  return awaits(pid, (target) => connections.reaches(target), procfs);
}

/** A child, if it lives and no signal that the program sent is about to end it. */
export function survivorOf(
  { fork, process: child }: LiveChild,
  context: SnapshotContext,
  departures: Pick<Departures, 'signals'>,
): Survivor | undefined {
  const stat = fork.child && context.procfs.stat(fork.child.pid);
  if (!fork.child || !stat || stat.ppid !== context.pid || isDead(stat)) return undefined;
  const { pid } = fork.child;
  const signals = disobeyed(pid, context, departures);
  if (!signals) return undefined;
  const proof = [`/proc/${pid}/stat: state ${stat.state}, parent ${stat.ppid}`, ...signals];
  return new LivingChild(fork, fork.child, child.connected, proof, context);
}

/** Signals to end that the child ignores; undefined where one of them is ending it. */
function disobeyed(
  pid: number,
  { procfs }: SnapshotContext,
  departures: Pick<Departures, 'signals'>,
): string[] | undefined {
  const signals = [...departures.signals(pid)];
  if (signals.length === 0) return [];
  const ignored = procfs.status(pid)?.signalsIgnored;
  if (ignored === undefined) return undefined;
  const obeys = (signal: number) =>
    signal === constants.signals.SIGKILL || (ignored & (1n << BigInt(signal - 1))) === 0n;
  if (signals.some(obeys)) return undefined;
  return signals.map((signal) => `/proc/${pid}/status: SigIgn has ${nameOf(signal)}, which it was sent`);
}

/** The descriptors of the child that are open file descriptions of ours: same socket, same pipe. */
function sharedWith(pid: number, context: SnapshotContext): SharedDescriptor[] {
  const { procfs } = context;
  const ours = new Map<string, number>();
  for (const fd of procfs.fds('self') ?? []) {
    const target = procfs.link('self', fd);
    if (target && /^(socket|pipe):\[/.test(target)) ours.set(target, fd);
  }
  const shared: SharedDescriptor[] = [];
  for (const childFd of procfs.fds(pid) ?? []) {
    const target = procfs.link(pid, childFd);
    const fd = target === undefined ? undefined : ours.get(target);
    const descriptor = fd === undefined ? undefined : describe(fd, context);
    if (!descriptor) continue;
    const proof = [`/proc/self/fd/${fd} and /proc/${pid}/fd/${childFd} -> ${target}`];
    shared.push({ childFd, descriptor, served: serves(pid, childFd, procfs), proof });
  }
  return shared;
}
