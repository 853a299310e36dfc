import type { BlockedThread } from './notes';
import type { Picture } from './picture';

export interface Scene {
  readonly picture: Picture;
  /** The process that looks at itself; undefined when it is looked at from outside. */
  readonly self?: number;
  /** Threads of `self` that left a note before they blocked. */
  readonly blocked: readonly BlockedThread[];
  /** True when the thread that looks is an event loop of `self`: that process then goes on by itself. */
  readonly loopRuns?: boolean;
  /** The other end of a UNIX socket, where it may be asked for: see `unix-peers`. */
  readonly peerOf?: (inode: number) => number | undefined;
  /**
   * For how many milliseconds processes have woken for nothing and gone back to the same wait, where that was
   * followed; 0: they have not come round once.
   */
  readonly idled?: ReadonlyMap<number, number>;
  /** Processes whose event loops had nothing before them but a timer of ours, and have done nothing since. */
  readonly idle?: ReadonlySet<number>;
  /** Names for processes that the program knows better than the kernel: "child `npm run build`". */
  readonly labels?: ReadonlyMap<number, string>;
}

export const processId = (pid: number) => `process:${pid}`;
/** A process as one who may end those below it. */
export const ancestorId = (pid: number) => `ancestor:${pid}`;
export const exitId = (pid: number) => `exit:${pid}`;
export const threadId = (pid: number, tid: number) => `thread:${pid}/${tid}`;
/** A `*Sync` call in which a thread is blocked. */
export const callId = (pid: number, tid: number) => `call:${pid}/${tid}`;
