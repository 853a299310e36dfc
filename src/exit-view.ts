import { hasLateListeners } from './exits/late-listeners';
import { hasNoReader } from './exits/readers';
import { type Candidate, ownChild, survivorOf } from './exits/survivor';
import { unflushed } from './exits/unflushed';
import type {
  Crash,
  ExitSnapshot,
  Keeper,
  Orphan,
  Survivor,
  ThrownAway,
  Unflushed,
  Zombie,
} from './facts/exit';
import type { ProcessFacts, ThreadFacts } from './facts/fork';
import type { LiveChild } from './instruments/sink';
import type { Exit, ProgramFacts } from './model';
import { pause } from './pause';
import { readProgram } from './program';
import { readThreads, type SnapshotContext } from './snapshot';

/** More living children than this at an exit are not looked at one by one. */
const MOST = 64;
/** Milliseconds that are given, at the end of this process, to children that look as if they would stay. */
const PAUSES = [5, 15, 30];

/** What an exit is looked at with. */
export interface ExitContext extends SnapshotContext {
  readonly departures: {
    orphans(): readonly Orphan[];
    zombies(): readonly Zombie[];
    crash(): Crash | undefined;
    /** Numbers of the signals by which the program has asked a child to end. */
    signals(pid: number): ReadonlySet<number>;
  };
  /** The children that the moment is about. */
  readonly candidates: readonly LiveChild[];
  /** Those of other threads that end or have ended. */
  readonly others?: readonly Candidate[];
  readonly thrownAway?: readonly ThrownAway[];
  readonly keepers?: readonly Keeper[];
  /** What a channel has that is about to be closed. */
  readonly unflushed?: readonly Unflushed[];
}

/** The end of a process, worker thread or test: what lives on, what is lost, and what it keeps of ours. */
export class ExitView implements ExitSnapshot {
  readonly moment: Exit;
  readonly #context: ExitContext;
  #survivors: readonly Survivor[] | undefined;
  #program: ProgramFacts | undefined;

  constructor(moment: Exit, context: ExitContext) {
    this.moment = moment;
    this.#context = context;
  }

  get pid(): number {
    return this.#context.pid;
  }

  program(): ProgramFacts {
    this.#program ??= readProgram(this.#context.touched);
    return this.#program;
  }

  survivors(): readonly Survivor[] {
    this.#survivors ??= this.#settled();
    return this.#survivors;
  }

  orphans(): readonly Orphan[] {
    this.survivors(); // a moment is given there
    return this.#endsAll ? [] : this.#context.departures.orphans();
  }

  zombies(): readonly Zombie[] {
    const { departures, candidates, procfs } = this.#context;
    if (this.moment.of !== 'thread') return departures.zombies();
    return candidates.flatMap(({ fork }) => {
      const stat = fork.child && procfs.stat(fork.child.pid);
      if (!fork.child || stat?.ppid !== this.pid) return [];
      const proof = [
        `worker thread ${this.moment.threadId} ends, and only its event loop waited for the child`,
        `/proc/${fork.child.pid}/stat: state ${stat.state}, parent ${stat.ppid}`,
      ];
      const released = fork.detached && fork.unreferenced && stat.state !== 'Z';
      return [{ child: fork.child, fork, kind: 'thread' as const, released, proof }];
    });
  }

  unflushed(): readonly Unflushed[] {
    if (this.#context.unflushed) return this.#context.unflushed;
    // a worker thread hands its output to the thread that made it, which goes on writing
    if (this.moment.of !== 'process') return [];
    const { touched, candidates, departures, procfs } = this.#context;
    // what a child has not read that was asked to end is not wanted any more
    const wanted = candidates.filter(
      ({ fork }) => !fork.child || departures.signals(fork.child.pid).size === 0,
    );
    return unflushed(touched, wanted, (fd) => hasNoReader(fd, procfs));
  }

  thrownAway(): readonly ThrownAway[] {
    return this.#context.thrownAway ?? [];
  }

  keepers(): readonly Keeper[] {
    return this.#context.keepers ?? [];
  }

  crash(): Crash | undefined {
    return this.moment.of === 'test' ? undefined : this.#context.departures.crash();
  }

  strangers(): readonly ProcessFacts[] {
    return this.#context.strangers();
  }

  threads(): readonly ThreadFacts[] {
    return readThreads(this.#context);
  }

  /** Who is just ending is neither: where one looks as if it would stay, a moment is given to it. */
  #settled(): Survivor[] {
    // they may yet be ended: then nobody can say who stays
    if (this.#endsAll || (this.moment.of === 'process' && hasLateListeners())) return [];
    let alive = this.#alive();
    if (this.moment.of !== 'process') return alive;
    for (const ms of PAUSES) {
      if (!alive.some(looksForgotten) && this.#context.departures.orphans().length === 0) break;
      pause(ms);
      alive = this.#alive();
    }
    return alive;
  }

  /** With process 1, as in a container, the kernel ends all others of the pid namespace (pid_namespaces(7)). */
  get #endsAll(): boolean {
    return this.moment.of === 'process' && this.pid === 1;
  }

  #alive(): Survivor[] {
    const { candidates, others = [], departures } = this.#context;
    const all = [...candidates.flatMap((child) => ownChild(child, departures)), ...others];
    return all.slice(0, MOST).flatMap((child) => survivorOf(child, this.#context) ?? []);
  }
}

function looksForgotten({ apart, unreferenced, madeAtExit, told }: Survivor): boolean {
  return !madeAtExit && !(apart && unreferenced) && told !== true;
}
