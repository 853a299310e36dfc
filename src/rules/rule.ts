import type {
  Conflict,
  Crossing,
  Descriptor,
  Exit,
  Finding,
  Fork,
  Gap,
  ProgramFacts,
  Severity,
  Stall,
} from '../model';

/** A preload module named in the environment or arguments that the child gets. */
export interface Preload {
  readonly flag: string;
  readonly value: string;
  readonly source: 'NODE_OPTIONS' | 'arguments';
  /** Whether `value` names an existing file when looked up from the child's working directory. */
  readonly found: boolean;
}

/** What the child will see of its environment, as far as a rule needs it. Never the values themselves. */
export interface EnvironmentFacts {
  /** Descriptors of GNU make's jobserver, from MAKEFLAGS. */
  readonly jobserver?: readonly number[];
  /** Descriptors announced by LISTEN_FDS (socket activation). */
  readonly activation?: readonly number[];
  readonly channelFd?: number;
  readonly preloads: readonly Preload[];
  /** Inspector addresses that the child will try to listen on; port 0 means any. */
  readonly inspectors: readonly { readonly host: string; readonly port: number; readonly source: string }[];
}

export interface ProcessFacts {
  readonly pid: number;
  readonly command: string;
  /** One letter of `/proc/<pid>/stat`: R running, S sleeping, Z zombie, T stopped. */
  readonly state: string;
  /** PF_FORKNOEXEC of `include/linux/sched.h`: forked and has not called exec. */
  readonly forkedWithoutExec: boolean;
  /** The ledger knows the fork that made it. */
  readonly known: boolean;
}

export interface ThreadFacts {
  readonly tid: number;
  readonly name: string;
}

export interface MemoryFacts {
  readonly residentBytes: number;
  readonly pageTableBytes: number;
  /** Resident bytes that a fork need not copy (`dc` in smaps), where smaps was read. */
  readonly excludedBytes?: number;
}

interface Common<M> {
  readonly moment: M;
  readonly pid: number;
  /** Records something that could not be read. */
  gap(gap: Gap): void;
}

/** Everything here is read when it is first asked for, and then kept. */
export interface ForkSnapshot extends Common<Fork> {
  /** Descriptors that the child has got, by `stdio` or by leaking. */
  readonly crossings: readonly Crossing[];
  readonly program: ProgramFacts;
  readonly environment: EnvironmentFacts;
  readonly memory: MemoryFacts | undefined;
  readonly threads: readonly ThreadFacts[];
  /** Living and zombie children of this thread. */
  readonly children: readonly ProcessFacts[];
  /** Descriptors of this process among the asked-for numbers. */
  descriptors(numbers: readonly number[]): readonly Descriptor[];
  /** Descriptors of this process that are open for writing on the file. */
  writersOf(file: string): readonly Descriptor[];
  /** Whether the directory that the child was to start in exists; undefined without a `cwd` option. */
  readonly directoryExists: boolean | undefined;
}

export interface StallSnapshot extends Common<Stall> {}

export interface ExitSnapshot extends Common<Exit> {
  readonly program: ProgramFacts;
}

export interface ConflictSnapshot extends Common<Conflict> {}

export interface Snapshots {
  fork: ForkSnapshot;
  stall: StallSnapshot;
  exit: ExitSnapshot;
  conflict: ConflictSnapshot;
}

export type AnySnapshot = Snapshots[keyof Snapshots];

/** The checks of one rule: a pure function for each moment at which it looks. */
export type Checks = {
  readonly [M in keyof Snapshots]?: (snapshot: Snapshots[M]) => Iterable<Finding>;
};

/**
 * A rule. Its doc comment is its page under `docs/rules/`: what it reports, why, an example, what to do
 * instead, and the sufficient conditions that make the finding a fact.
 */
export interface Rule extends Checks {
  /** Plural, kebab case; names the bad thing and reads well after "allow". */
  readonly name: string;
  /** Used where a finding does not say otherwise. */
  readonly severity: Severity;
  /** One sentence for `forkguard explain` and the list of rules. */
  readonly summary: string;
}
