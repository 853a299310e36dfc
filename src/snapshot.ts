import { type CrossingContext, describe, findCrossings } from './crossings';
import { readEnvironment, startsNode } from './environment';
import { executableOf } from './executable';
import type {
  AftermathSnapshot,
  EnvironmentFacts,
  ForkSnapshot,
  MemoryFacts,
  ProcessFacts,
  Reader,
  ThreadFacts,
} from './facts/fork';
import { type ForkCall, whatIsAt } from './instruments/fork-call';
import type { TouchedStdio } from './instruments/process';
import type { MemoryLook } from './memory-look';
import type { Crossing, Descriptor, DirectoryState, ProgramFacts } from './model';
import { isReading, readProgram } from './program';
import { activeObjectAt } from './resources';

/** Where a snapshot reads. */
export interface SnapshotContext extends CrossingContext {
  readonly touched: TouchedStdio;
  readonly pid: number;
  readonly slowForkMs: number;
  readonly memory: MemoryLook;
  /** Children that no fork of JavaScript made and that had not called exec at two looks. */
  strangers(): readonly ProcessFacts[];
}

/** Ledger and kernel joined at a fork. Each part is read when a rule first asks for it, and then kept. */
export class ForkView implements ForkSnapshot {
  readonly moment: ForkCall;
  protected readonly context: SnapshotContext;
  readonly #kept = new Map<string, unknown>();

  constructor(moment: ForkCall, context: SnapshotContext) {
    this.moment = moment;
    this.context = context;
  }

  get slowForkMs(): number {
    return this.context.slowForkMs;
  }

  get pid(): number {
    return this.context.pid;
  }

  crossings(): readonly Crossing[] {
    return this.#once('crossings', () => findCrossings(this.moment, this.context));
  }

  program(): ProgramFacts {
    return this.#once('program', () => readProgram(this.context.touched));
  }

  readHere(): readonly number[] {
    return this.#once('readHere', () => {
      const passed = this.moment.stdio.flatMap(({ parentFd }) => parentFd ?? []);
      return passed.filter((fd) =>
        fd < 3
          ? isReading(this.context.touched.get(fd))
          : this.#hasStill(fd) && isReading(activeObjectAt(fd)),
      );
    });
  }

  /** The number may have been closed and given to something else since. */
  #hasStill(fd: number): boolean {
    return this.context.procfs.link('self', fd) === this.context.passed.of(this.moment, fd)?.raw.target;
  }

  get startsNode(): boolean {
    return startsNode(this.moment.request);
  }

  environment(): EnvironmentFacts {
    const { procfs } = this.context;
    return this.#once('environment', () => readEnvironment(this.moment.request, this.startsNode, procfs));
  }

  memory(): MemoryFacts | undefined {
    const { memory, procfs } = this.context;
    return this.#once('memory', () => memory.read(() => procfs.memory('self', { excluded: true })));
  }

  threads(): readonly ThreadFacts[] {
    return this.#once('threads', () => readThreads(this.context));
  }

  children(): readonly ProcessFacts[] {
    return this.#once('children', () => readChildren(this.context));
  }

  directory(): DirectoryState | undefined {
    const { cwd } = this.moment;
    if (cwd === undefined) return undefined;
    return this.moment.blocking ? this.moment.directoryWas : this.#once('directory', () => whatIsAt(cwd));
  }

  descriptors(numbers: readonly number[]): readonly Descriptor[] {
    return numbers.flatMap((fd) => describe(fd, this.context) ?? []);
  }

  workers(): number {
    return this.context.ledger.workers().length;
  }

  writers(): readonly Descriptor[] {
    const { procfs } = this.context;
    const file = executableOf(this.moment.request);
    if (file === undefined) return [];
    const same = (procfs.fds('self') ?? []).filter((fd) => procfs.link('self', fd) === file);
    return this.descriptors(same).filter(({ access }) => access !== 'read');
  }

  #once<T>(name: string, read: () => T): T {
    if (!this.#kept.has(name)) this.#kept.set(name, read());
    return this.#kept.get(name) as T;
  }
}

/** Children of the calling thread, as the kernel lists them. */
export function readChildren({ procfs, ledger, gap }: CrossingContext): ProcessFacts[] {
  const pids = procfs.threadChildren();
  if (!pids) {
    gap({ what: 'children that native code made', why: '/proc/thread-self/children could not be read' });
    return [];
  }
  return pids.flatMap((pid) => {
    const stat = procfs.stat(pid);
    if (!stat) return [];
    const known = ledger.children.get(pid);
    return {
      pid,
      command: known ? known.fork.command : stat.comm,
      state: stat.state,
      forkedWithoutExec: stat.forkedWithoutExec,
      known: known !== undefined,
    };
  });
}

export function readThreads({ procfs }: CrossingContext): ThreadFacts[] {
  return (procfs.threads('self') ?? []).map((tid) => ({ tid, name: procfs.comm('self', tid) ?? '' }));
}

/** What this process was like when the fork was made. */
export interface AtFork {
  readonly minorFaults: number;
  readonly residentBytes: number;
}

/** The same fork, looked at a while later. */
export class AftermathView extends ForkView implements AftermathSnapshot {
  readonly minorFaults: number;
  readonly #atFork: AtFork | undefined;

  constructor(moment: ForkCall, context: SnapshotContext, atFork?: AtFork) {
    super(moment, context);
    this.minorFaults = process.resourceUsage().minorPageFault - (atFork?.minorFaults ?? 0);
    this.#atFork = atFork;
  }

  /** What has been allocated since was not copied. */
  override memory(): MemoryFacts | undefined {
    const facts = super.memory();
    const most = this.#atFork?.residentBytes ?? Number.POSITIVE_INFINITY;
    return facts && { ...facts, residentBytes: Math.min(facts.residentBytes, most) };
  }

  strangers(): readonly ProcessFacts[] {
    return this.context.strangers();
  }

  /** Whether this process and the child, or one below it, now use the same input. */
  splitsInput(): boolean {
    const { blocking, error } = this.moment;
    if (blocking || error !== undefined || this.readHere().length === 0) return false;
    if (this.usedByBoth().length > 0) return true;
    return this.crossings().some(
      (crossing) => this.readHere().includes(crossing.descriptor.fd) && this.readerOf(crossing) !== undefined,
    );
  }

  usedByBoth(): readonly Crossing[] {
    const { child, error } = this.moment;
    if (!child || error !== undefined) return [];
    return this.crossings().filter(
      ({ via, descriptor, childFd }) =>
        via === 'stdio' &&
        descriptor.fd > 2 &&
        this.readHere().includes(descriptor.fd) &&
        this.context.procfs.link(child.pid, childFd) === descriptor.target,
    );
  }

  readerOf({ descriptor, childFd }: Crossing): Reader | undefined {
    const { child } = this.moment;
    if (!child) return undefined;
    const { findReader } = require('./readers') as typeof import('./readers');
    const reader = findReader(child.pid, descriptor.target, this.context.procfs);
    if (reader || childFd !== 0 || descriptor.fd < 3) return reader;
    // a stdin that was chosen, not inherited: it is there to be read
    return { ...child, seen: false, proof: [] };
  }
}
