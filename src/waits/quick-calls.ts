import type { ForkRequest } from '../instruments/fork-call';

/** A command that came back quickly this often is no longer watched. */
const PROVEN = 8;
/** So many unwatched calls in a row, and the watcher thread has nothing to do. */
const IDLE = 32;
const MOST = 256;

/**
 * Commands of `*Sync` calls that have come back quickly again and again. A watcher thread makes every fork dearer,
 * because its memory is copied, too; a loop of quick commands is spared that. The price is that such a command is
 * not watched on the day on which it hangs, unless something could wait for this thread.
 */
export class QuickCalls {
  readonly #counts = new Map<string, number>();
  #unwatched = 0;

  /** Whether this very command has proven quick. */
  isProven(request: ForkRequest): boolean {
    const proven = (this.#counts.get(keyOf(request)) ?? 0) >= PROVEN;
    this.#unwatched = proven ? this.#unwatched + 1 : 0;
    return proven;
  }

  /** A watched call has come back. */
  note(request: ForkRequest, quick: boolean): void {
    if (this.#counts.size >= MOST) this.#counts.clear();
    const key = keyOf(request);
    this.#counts.set(key, quick ? (this.#counts.get(key) ?? 0) + 1 : 0);
  }

  /** Whether the watcher can go. */
  get idle(): boolean {
    return this.#unwatched === IDLE;
  }
}

function keyOf({ file, args }: ForkRequest): string {
  return `${file}\0${args.join('\0').slice(0, 512)}`;
}
