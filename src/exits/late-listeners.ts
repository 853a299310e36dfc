/**
 * The package signal-exit, by which execa and others end their children, wraps `process.emit` and calls its listeners
 * after those of `exit`.
 */

interface Emitter {
  readonly emitted?: { readonly exit?: boolean };
  /** Version 4. */
  readonly listeners?: { readonly exit?: readonly unknown[]; readonly afterExit?: readonly unknown[] };
  /** Versions before 4: an EventEmitter. */
  listenerCount?(event: string): number;
}

/** Whether code of the program runs after the listeners of `exit`, and may end children there. */
export function hasLateListeners(): boolean {
  const { __signal_exit_emitter__: old } = process as { __signal_exit_emitter__?: Emitter };
  const now = (globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')] as
    | Emitter
    | undefined;
  return awaitsEnd(old) || awaitsEnd(now);
}

function awaitsEnd(emitter: Emitter | undefined): boolean {
  if (!emitter || emitter.emitted?.exit) return false;
  if (typeof emitter.listenerCount === 'function') {
    return emitter.listenerCount('exit') + emitter.listenerCount('afterexit') > 0;
  }
  const { exit, afterExit } = emitter.listeners ?? {};
  return (exit?.length ?? 0) + (afterExit?.length ?? 0) > 0;
}
