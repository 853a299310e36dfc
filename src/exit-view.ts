import { describe } from './crossings';
import type { LiveChild } from './instruments/sink';
import type { Exit, Gap, ProgramFacts } from './model';
import { readProgram } from './program';
import type { ExitSnapshot, ProcessFacts, SharedDescriptor, Survivor, ThreadFacts } from './rules/rule';
import { serves } from './serving';
import { readThreads, type SnapshotContext } from './snapshot';

/** More living children than this at an exit are not looked at one by one. */
const MOST = 64;

/** The end of a process or worker thread: what lives on, and what it keeps of ours. */
export class ExitView implements ExitSnapshot {
  readonly moment: Exit;
  readonly #context: SnapshotContext;
  #survivors: readonly Survivor[] | undefined;
  #program: ProgramFacts | undefined;

  constructor(moment: Exit, context: SnapshotContext) {
    this.moment = moment;
    this.#context = context;
  }

  get pid(): number {
    return this.#context.pid;
  }

  gap(gap: Gap): void {
    this.#context.gap(gap);
  }

  program(): ProgramFacts {
    this.#program ??= readProgram(this.#context.touched);
    return this.#program;
  }

  survivors(): readonly Survivor[] {
    this.#survivors ??= [...this.#context.ledger.children.values()]
      .slice(0, MOST)
      .flatMap((child) => this.#survivor(child));
    return this.#survivors;
  }

  strangers(): readonly ProcessFacts[] {
    return this.#context.strangers();
  }

  threads(): readonly ThreadFacts[] {
    return readThreads(this.#context);
  }

  #survivor({ fork }: LiveChild): Survivor[] {
    const { procfs } = this.#context;
    const { child } = fork;
    const stat = child && procfs.stat(child.pid);
    if (!child || !stat || stat.state === 'Z' || stat.state === 'X') return [];
    return [{ fork, child, unreferenced: fork.unreferenced, shared: this.#shared(child.pid) }];
  }

  /** The descriptors of the child that are open file descriptions of ours: same socket, same pipe. */
  #shared(pid: number): SharedDescriptor[] {
    const { procfs } = this.#context;
    const ours = new Map<string, number>();
    for (const fd of procfs.fds('self') ?? []) {
      const target = procfs.link('self', fd);
      if (target && /^(socket|pipe):\[/.test(target)) ours.set(target, fd);
    }
    const shared: SharedDescriptor[] = [];
    for (const childFd of procfs.fds(pid) ?? []) {
      const target = procfs.link(pid, childFd);
      const fd = target === undefined ? undefined : ours.get(target);
      const descriptor = fd === undefined ? undefined : describe(fd, this.#context);
      if (!descriptor) continue;
      const proof = [`/proc/self/fd/${fd} and /proc/${pid}/fd/${childFd} -> ${target}`];
      shared.push({ childFd, descriptor, served: serves(pid, childFd, procfs), proof });
    }
    return shared;
  }
}
