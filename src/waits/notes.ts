/** What a thread leaves behind about itself before it blocks. Plain data: it goes through shared memory. */

import type { Member } from '../exits/descendants';
import type { Hazard, Resource, Site } from '../model';
import type { ForkNote } from './fork-note';

export interface BlockedCall {
  /** `sync`: a `*Sync` function; `wait`: `Atomics.wait`; `spawn`: an asynchronous spawn that has not returned. */
  readonly kind: 'sync' | 'wait' | 'spawn';
  /** The user's word: `spawnSync`, `Atomics.wait`. */
  readonly api: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly site?: Site;
  /** The call's own `timeout`, in milliseconds. */
  readonly timeoutMs?: number;
  /** The number of the signal that the call sends its child then. */
  readonly killSignal?: number;
  readonly fork?: ForkNote;
  /** Children that this thread had before the call: the call's own child is not among them. */
  readonly earlier?: readonly number[];
}

export interface BlockedThread {
  readonly pid: number;
  readonly tid: number;
  /** Node's `threadId`; 0 is the main thread. */
  readonly threadId: number;
  readonly call: BlockedCall;
  /** Labelled by their addresses as the socket tables write them: `127.0.0.1:80`, a UNIX path. */
  readonly listeners: readonly Resource[];
  /** In a worker of a cluster: its primary, which holds the listeners of the workers. */
  readonly primary?: number;
}

/** What was below the child of a `*Sync` call shortly before its `timeout`. */
export interface Leaving {
  readonly child: number;
  /** The child has a handler for SIGTERM, and may pass it on. */
  readonly caught: boolean;
  readonly below: readonly Member[];
}

/** What the watcher thread has found while the thread was blocked. */
export type Told = { readonly hazard: Hazard } | { readonly leaving: Leaving };

export const threadLabel = (threadId: number) =>
  threadId === 0 ? 'the main thread' : `worker thread ${threadId}`;
