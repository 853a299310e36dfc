/** What a rule may know of a fork, and of its consequences a while later. */

import type { Crossing, Descriptor, DirectoryState, Fork, ProgramFacts } from '../model';

/** A preload module named in the environment or arguments that the child gets. */
export interface Preload {
  readonly flag: string;
  readonly value: string;
  readonly source: 'NODE_OPTIONS' | 'arguments';
  /** `value` names a package, which is found from the working directory of this process. */
  readonly package?: boolean;
  /** Whether `value` names an existing file when looked up from the child's working directory. */
  readonly found: boolean;
  /** It was set for this child, which starts in another directory than this process. */
  readonly setForElsewhere: boolean;
}

/** What the child will see of its environment, as far as a rule needs it. Never the values themselves. */
export interface EnvironmentFacts {
  /** Descriptors of GNU make's jobserver, from MAKEFLAGS. */
  readonly jobserver?: readonly number[];
  /** Descriptors announced by LISTEN_FDS (socket activation). */
  readonly activation?: readonly number[];
  readonly channelFd?: number;
  /** The file in this process's NODE_EXTRA_CA_CERTS, with links resolved. */
  readonly certificates?: string;
  readonly preloads: readonly Preload[];
  /** The address on which the child will open its inspector; port 0 means any. */
  readonly inspector?: {
    readonly host: string;
    readonly port: number;
    /** Where the address was said last. */
    readonly source: Preload['source'];
  };
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

/** A fork with what was noted around the call. */
export interface ForkMoment extends Fork {
  /** The call threw; `error` is then unknown. */
  readonly failed: boolean;
  /** Bytes that were queued in `process.stdout` and `process.stderr` when the call began. */
  readonly pendingStdout: number;
  readonly pendingStderr: number;
  /** Descriptors whose O_NONBLOCK the fork has cleared. */
  readonly clearedNonblocking: readonly number[];
  /** The program called `unref()` on the child. */
  readonly unreferenced: boolean;
  /** How the child of a `*Sync` call ended, where that is known. */
  readonly ending: { readonly exitCode: number | null } | undefined;
}

/** Everything here is read when it is first asked for, and then kept. */
export interface ForkSnapshot {
  readonly moment: ForkMoment;
  readonly pid: number;
  readonly slowForkMs: number;
  /** The program that is started is Node. */
  readonly startsNode: boolean;
  /** Descriptors that the child has got, by `stdio` or by leaking. */
  crossings(): readonly Crossing[];
  program(): ProgramFacts;
  /** Descriptors passed in `stdio` that this process goes on reading although the child has them. */
  readHere(): readonly number[];
  environment(): EnvironmentFacts;
  memory(): MemoryFacts | undefined;
  threads(): readonly ThreadFacts[];
  /** Living and zombie children of this thread. */
  children(): readonly ProcessFacts[];
  /** How many worker threads of this thread run. */
  workers(): number;
  /** Descriptors of this process among the asked-for numbers. */
  descriptors(numbers: readonly number[]): readonly Descriptor[];
  /** Descriptors of this process that are open for writing on the file that was to be run. */
  writers(): readonly Descriptor[];
  /** What is where the child was to start; undefined without a `cwd` option. */
  directory(): DirectoryState | undefined;
}

/** A process that takes input from something that this process has, too. */
export interface Reader {
  readonly pid: number;
  /** It was seen waiting for input; else it has been given the thing as its stdin. */
  readonly seen: boolean;
  readonly command: string;
  readonly proof: readonly string[];
}

/** A while after a fork that looked as if it would have consequences: some 200 ms, or the end of the process. */
export interface AftermathSnapshot extends ForkSnapshot, WithStrangers {
  /** Minor page faults of this process since the fork. */
  readonly minorFaults: number;
  /** The child, if it got a connection as its stdin, or else whoever at or below it now waits for input on it. */
  readerOf(crossing: Crossing): Reader | undefined;
  /** Descriptors passed by their number that this process still reads and the child still has. */
  usedByBoth(): readonly Crossing[];
}

/** Children that no fork of JavaScript made and that had not called exec at two looks. */
export interface WithStrangers {
  strangers(): readonly ProcessFacts[];
  threads(): readonly ThreadFacts[];
}
