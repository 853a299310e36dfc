import { descendants, members } from '../exits/descendants';
import type { StalledChild } from '../facts/stall';
import { catchesSignal } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { signalName } from '../signals';
import { callChildren } from './call-children';
import { forkOf } from './fork-note';
import { dispositionOf } from './look';
import type { BlockedThread, Leaving } from './notes';

/** Milliseconds before the timeout, or half of a shorter one: to look takes a few. */
const LEAD_MS = 20;

/** Times of `stallMs` after the timeout: a signal that is ignored shows soon, one that is handled is given time. */
const AFTER = [1, 5];

/** What comes of the `timeout` of a `*Sync` call: whom its child leaves behind, and whether that ends at all. */
export class CallTimeout {
  readonly #procfs: Procfs;
  readonly #note: BlockedThread;
  readonly #stallMs: number;
  /** When to look, in milliseconds since 1970. */
  readonly #times: number[] = [];
  #before = true;

  constructor(procfs: Procfs, note: BlockedThread, stallMs: number) {
    this.#procfs = procfs;
    this.#note = note;
    this.#stallMs = stallMs;
    const { kind, since, timeoutMs } = note.call;
    if (kind !== 'sync' || timeoutMs === undefined) return;
    const end = since + timeoutMs;
    this.#times.push(
      end - Math.min(LEAD_MS, timeoutMs / 2),
      // a little more, for the child is made, and the clock of the timeout begins, after `since`
      ...AFTER.map((times) => end + 1.05 * times * stallMs),
    );
  }

  /** Milliseconds until the next look; Infinity if there is none. */
  get rest(): number {
    const [next = Number.POSITIVE_INFINITY] = this.#times;
    return Math.max(0, next - Date.now());
  }

  /** Looks if it is time. */
  look(): { readonly leaving?: Leaving; readonly ignoring?: StalledChild } {
    if (this.rest > 0) return {};
    this.#times.shift();
    const before = this.#before;
    this.#before = false;
    const [pid] = callChildren(this.#procfs, this.#note);
    if (pid === undefined) return {};
    return before ? this.#leaving(pid) : this.#ignoring(pid);
  }

  /** When the child has died, the kernel no longer knows what was below it. */
  #leaving(child: number): { readonly leaving?: Leaving } {
    const procfs = this.#procfs;
    const below = members(descendants(child, procfs), procfs);
    const caught = catchesSignal(procfs.status(child), this.#signal);
    return below.length > 0 ? { leaving: { child, caught, below } } : {};
  }

  #ignoring(pid: number): { readonly ignoring?: StalledChild } {
    const { fork, since, timeoutMs = 0 } = this.#note.call;
    const request = { procfs: this.#procfs, pid, stallMs: this.#stallMs };
    const ms = Date.now() - since - timeoutMs;
    const asked = dispositionOf(request, { signal: signalName(this.#signal), ms });
    if (!asked || !fork) return {};
    const known = forkOf(fork);
    const child = { pid, command: known.command };
    return { ignoring: { fork: known, child, heldBy: [], unread: [], asked } };
  }

  get #signal(): number {
    return this.#note.call.killSignal ?? 0;
  }
}
