/** What a rule may know of those who are stuck. */

import type { ChildFacts, Fork, Resource, Site, Stall } from '../model';
import type { Verdict } from '../waits/graph';

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
  /** What the program waits for meanwhile, and after which it may act on the stream; never for one that is `polled`. */
  readonly awaited?: string;
  readonly proof: readonly string[];
}

/** A child that is late, or whose pipes are. */
export interface StalledChild {
  readonly fork: Fork;
  readonly child: ChildFacts;
  /** Milliseconds since its exit was reported. */
  readonly exitedMs?: number;
  /** What the program listens for, of those that come when the pipes have ended: `close` of the child, or `end` of one. */
  readonly awaitedEnd?: 'close' | 'end';
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
  readonly handles?: {
    readonly queued: number;
    readonly ms: number;
    /** A signal or a debugger has stopped it. */
    readonly stopped?: boolean;
    readonly proof: readonly string[];
  };
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
  /** The listeners of the thread, labelled by their addresses. */
  readonly listeners: readonly Resource[];
  /** What forkguard did about it (`FORKGUARD_BREAK=1`). */
  readonly broken?: string;
}

export interface StallSnapshot {
  readonly moment: Stall;
  readonly pid: number;
  calls(): readonly StalledCall[];
  children(): readonly StalledChild[];
}
