import type {
  ChildFacts,
  Conflict,
  Crossing,
  Descriptor,
  DirectoryState,
  Exit,
  Finding,
  Fork,
  ProgramFacts,
  Severity,
  Site,
  SocketFacts,
  Stall,
} from '../model';
import type { Verdict } from '../waits/graph';

/** A preload module named in the environment or arguments that the child gets. */
export interface Preload {
  readonly flag: string;
  readonly value: string;
  readonly source: 'NODE_OPTIONS' | 'arguments';
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

interface Common<M> {
  readonly moment: M;
  readonly pid: number;
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
export interface ForkSnapshot extends Common<ForkMoment> {
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
interface WithStrangers {
  strangers(): readonly ProcessFacts[];
  threads(): readonly ThreadFacts[];
}

/** A process that holds the other end of a pipe, an IPC channel, or one of its descriptors. */
export interface PipeHolder {
  readonly pid: number;
  readonly command: string;
  /** `stdout`, `stderr`, `the IPC channel`, `stdio[3]`. */
  readonly pipes: readonly string[];
  /** How it came to life, as far as it can be told: "started by `npm`". */
  readonly origin?: string;
  readonly proof: readonly string[];
}

/** A process that waits for the program to act on a stream of a child. */
export interface StreamWait {
  /** `stdin`, `stdout`, `stderr`, `stdio[3]`. */
  readonly stream: string;
  /**
   * `never`: the program has not begun to read it; `left`: it has stopped, and nothing listens any more; `paused`: it
   * has stopped, and something still listens; `polled`: it calls `read()`.
   */
  readonly reading: 'never' | 'left' | 'paused' | 'polled';
  readonly process: ChildFacts;
  /** Whether it can do nothing else: for good, until a limit of its own, or not known. */
  readonly stuck: 'stuck' | 'limited' | 'no';
  /** What the program waits for meanwhile, and after which it may act on the stream: "a worker thread". */
  readonly awaited?: string;
  readonly proof: readonly string[];
}

/** A child that is late, or whose pipes are. */
export interface StalledChild {
  readonly fork: Fork;
  readonly child: ChildFacts;
  /** Milliseconds since its exit was reported. */
  readonly exitedMs?: number;
  /** Who keeps its pipes open after its exit. */
  readonly heldBy: readonly PipeHolder[];
  readonly unread: readonly StreamWait[];
  readonly unended?: StreamWait;
  readonly asked?: {
    readonly signal: string;
    readonly ms: number;
    /** Where the bit of the signal is set in `/proc/<pid>/status`. */
    readonly disposition: 'ignored' | 'blocked' | 'caught';
    readonly proof: readonly string[];
  };
  readonly handles?: { readonly queued: number; readonly ms: number; readonly proof: readonly string[] };
}

/** A call in which a thread of this process is blocked. */
export interface StalledCall {
  /** `the main thread`, `worker thread 2`. */
  readonly thread: string;
  readonly kind: 'sync' | 'wait' | 'spawn';
  /** The user's word: `spawnSync`, `Atomics.wait`. */
  readonly api: string;
  readonly ms: number;
  readonly site?: Site;
  readonly fork?: Fork;
  /** The call's child, while it lives. */
  readonly child?: ChildFacts;
  /** Why the call cannot end, where that is proven. */
  readonly verdict?: Verdict;
  /** Who keeps the pipes of the call open after its child has exited. */
  readonly heldBy: readonly PipeHolder[];
  /** For an asynchronous spawn: the child has not called exec and sleeps on a lock. */
  readonly forking?: {
    readonly owner?: string;
    /** Those of this process that ask for `pthread_atfork`. */
    readonly libraries: () => readonly string[];
    readonly proof: readonly string[];
  };
  /** Worker threads whose output waits for this thread, with a callback that nobody has called. */
  readonly output: readonly { readonly worker: string; readonly proof: string }[];
  /** Where the listeners of the thread were opened, by address. */
  readonly listeners: readonly { readonly address: string; readonly opened?: Site }[];
  /** What forkguard did about it (`FORKGUARD_BREAK=1`). */
  readonly broken?: string;
}

export interface StallSnapshot extends Common<Stall> {
  calls(): readonly StalledCall[];
  children(): readonly StalledChild[];
}

/** A descriptor of this process that a child has, too. */
export interface SharedDescriptor {
  readonly childFd: number;
  readonly descriptor: Descriptor;
  /**
   * Whether the child waits for connections or data on it: an epoll set with it, or a thread in accept, poll or
   * select. Undefined where that could not be read.
   */
  readonly served: boolean | undefined;
  readonly proof: readonly string[];
}

/** A listening socket that was passed to a child in `stdio`, and that is closed here by now. */
export interface KeptListener extends Omit<SharedDescriptor, 'descriptor'> {
  readonly socket: SocketFacts;
  readonly opened: Site | undefined;
}

/** A child that lives while this process ends, and that no signal is ending. */
export interface Survivor {
  readonly fork: Fork;
  readonly child: ChildFacts;
  /** The worker thread that made it, where that is not this one: it has ended, or ends with this process. */
  readonly thread: number | undefined;
  /** The program called `unref()` on it. */
  readonly unreferenced: boolean;
  /** It was made in a listener of `exit`, where nobody can wait for it any more. */
  readonly madeAtExit: boolean;
  /** It leads a session of its own, as with `detached` or setsid(1), or ignores SIGHUP, as with nohup(1). */
  readonly apart: boolean;
  /** Our listeners and our stdout and stderr, as far as the child has them. */
  readonly shared: readonly SharedDescriptor[];
  /** Listening sockets that it was passed and that are closed here. */
  readonly kept: readonly KeptListener[];
  /**
   * Whether it waits on a pipe or an IPC channel whose other end closes with this process, so that it is told of
   * our end. Undefined where that could not be read.
   */
  readonly told: boolean | undefined;
  /**
   * Whether it waits on its stdin, a pipe from this process, or on a connection to this process that it would not go
   * on without. Undefined as for `told`.
   */
  readonly awaitsUs: boolean | undefined;
  /** This process is connected to it, perhaps by a listener that it has for others, too. */
  readonly servesUs: boolean;
  /**
   * Neither it nor a pipe to it keeps this thread alive, and it waits on such a pipe or its channel: it serves until
   * this thread ends.
   */
  readonly service: boolean;
  /** It was given the pid of this process, or a word such as `$PPID`: it may watch us. */
  readonly knowsParent: boolean;
  /** Signals to end, by name, that it was sent and ignores. */
  readonly ignored: readonly string[];
  /** Descriptors of the child that are pipes to this process. */
  readonly pipes: readonly { readonly childFd: number; readonly target: string }[];
  /** Its IPC channel is open. */
  readonly connected: boolean;
  /** It waits for nothing but its IPC channel. */
  readonly idle: boolean;
  readonly proof: readonly string[];
}

/** A process that goes on although who started it, or was to end it, has ended. */
export interface Orphan {
  readonly child: ChildFacts;
  /** The fork of ours that it comes from. */
  readonly fork?: Fork;
  readonly forked?: Site;
  /**
   * `killed`: its parent, our child, was killed; `ended`: that child ended by itself; `thread`: another thread of
   * this process, or native code, made it in a test that has ended; `self`: it is this process.
   */
  readonly after: 'killed' | 'ended' | 'thread' | 'self';
  /** The pid of a child of `execSync` and `execFileSync` is not known. */
  readonly parent: Pick<ChildFacts, 'command'> & Partial<ChildFacts>;
  readonly proof: readonly string[];
}

/** A dead child that stays in the process table, or one whose end somebody else has taken. */
export interface Zombie {
  readonly child: ChildFacts;
  readonly fork?: Fork;
  /**
   * `thread`: its worker thread ends or has ended; `adopted`: as pid 1 this process has got it from the kernel;
   * `stolen`: it is gone, but Node was not told.
   */
  readonly kind: 'thread' | 'adopted' | 'stolen';
  /** It lives, is detached, and `unref()` was called on it. */
  readonly released?: boolean;
  readonly proof: readonly string[];
}

/** Bytes that this process has accepted for writing and has not written. */
export interface Unflushed {
  /** `stdout`, `stderr`, `the IPC channel`, or `stdin` of a child. */
  readonly stream: string;
  readonly bytes: number;
  readonly fork?: Fork;
  readonly proof: readonly string[];
}

/** Output of an ended child that Node has read and thrown away because nobody listened, before somebody did. */
export interface ThrownAway {
  readonly fork: Fork;
  /** `stdout`, `stderr`, `stdio[3]`. */
  readonly stream: string;
  readonly bytes: number;
  /** Where the first listener was added. */
  readonly listened: Site;
  readonly proof: readonly string[];
}

/** A detached child, released with `unref()`, whose pipes alone keep this thread's event loop alive. */
export interface Keeper {
  readonly fork: Fork;
  readonly child: ChildFacts;
  /** `stdout`, `stdio[3]`, `IPC channel`. */
  readonly through: readonly string[];
  /** The program listens for what comes through them, or for the child's end. */
  readonly heard: boolean;
  readonly proof: readonly string[];
}

/** An error of a stream to a child that nobody listened for, and that ends this process. */
export interface Crash {
  readonly fork: Fork;
  /** `stdin`, `stdio[3]`. */
  readonly stream: string;
  readonly code: string;
  readonly proof: readonly string[];
}

export interface ExitSnapshot extends Common<Exit>, WithStrangers {
  program(): ProgramFacts;
  survivors(): readonly Survivor[];
  orphans(): readonly Orphan[];
  zombies(): readonly Zombie[];
  unflushed(): readonly Unflushed[];
  thrownAway(): readonly ThrownAway[];
  keepers(): readonly Keeper[];
  crash(): Crash | undefined;
}

/** A child that holds the listening socket that is in the way. */
export interface PortHolder {
  readonly fork: Fork;
  readonly child: ChildFacts;
  readonly childFd: number;
  readonly opened: Site | undefined;
  readonly proof: readonly string[];
}

export interface ConflictSnapshot extends Common<Conflict> {
  holders(): readonly PortHolder[];
}

export interface Snapshots {
  fork: ForkSnapshot;
  aftermath: AftermathSnapshot;
  stall: StallSnapshot;
  exit: ExitSnapshot;
  conflict: ConflictSnapshot;
}

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
