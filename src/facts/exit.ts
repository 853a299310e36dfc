/** What a rule may know of what is left where something ends. */

import type { ChildFacts, Descriptor, Exit, Fork, ProgramFacts, Site, SocketFacts } from '../model';
import type { WithStrangers } from './fork';

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

export interface ExitSnapshot extends WithStrangers {
  readonly moment: Exit;
  readonly pid: number;
  program(): ProgramFacts;
  survivors(): readonly Survivor[];
  orphans(): readonly Orphan[];
  zombies(): readonly Zombie[];
  unflushed(): readonly Unflushed[];
  thrownAway(): readonly ThrownAway[];
  keepers(): readonly Keeper[];
  crash(): Crash | undefined;
}
