import { now } from './clock';
import type { ForkCall, ForkRequest } from './instruments/fork-call';

/** Share of all time that judging forks may cost, in a process that forks all the time. */
const SHARE = 0.02;
/** Milliseconds that it may cost at first, and that can be saved up. */
const FIRST = 25;
const MOST = 100;
const MOST_KINDS = 1000;
/** Of each kind so many are judged in any case. */
const ENOUGH = 2;

/**
 * How many of the forks of a burst are judged: the first of each kind, those about which something was
 * noted, and of the others as many as the time goes for: all of them, at some fifty a second.
 */
export class Budget {
  /** How often each kind was judged. */
  readonly #kinds = new Map<string, number>();
  #left = FIRST;
  #since = now();

  /** Whether this fork is like one that was judged, and there is no time for another. */
  skips(call: ForkCall, slowForkMs: number): boolean {
    return this.#isUsedUp() && isPlain(call, slowForkMs) && this.#isKnown(call.request);
  }

  /** As `skips`, asked before a call of which nothing would be noted. */
  passes(request: ForkRequest): boolean {
    return this.#isUsedUp() && sharesNothing(request) && this.#isKnown(request);
  }

  #isUsedUp(): boolean {
    const time = now();
    this.#left = Math.min(MOST, this.#left + (time - this.#since) * SHARE);
    this.#since = time;
    return this.#left <= 0;
  }

  #isKnown(request: ForkRequest): boolean {
    return (this.#kinds.get(kindOf(request)) ?? 0) >= ENOUGH;
  }

  spend(call: ForkCall, milliseconds: number): void {
    this.#left = Math.max(-MOST, this.#left - milliseconds);
    if (this.#kinds.size >= MOST_KINDS) this.#kinds.clear();
    const kind = kindOf(call.request);
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
  }
}

/** Nothing was noted around the call that a rule asks for. */
function isPlain(call: ForkCall, slowForkMs: number): boolean {
  return (
    call.error === undefined &&
    !call.failed &&
    !call.detached &&
    call.primitive === 'fork' &&
    call.pendingStdout + call.pendingStderr === 0 &&
    call.clearedNonblocking.length === 0 &&
    (call.blockedMs ?? 0) < slowForkMs &&
    call.request.streams.size === 0
  );
}

/** No stream, file or descriptor of this process goes to the child. */
function sharesNothing({ stdio, streams, detached }: ForkRequest): boolean {
  return !detached && streams.size === 0 && stdio.every(({ parentFd }) => parentFd === undefined);
}

function kindOf({ file, cwd, blocking, shell, stdio, variable }: ForkRequest): string {
  const passed = stdio.map(({ type, parentFd }) => `${type}${parentFd ?? ''}`).join();
  return `${file}\n${cwd}\n${blocking} ${shell} ${passed}\n${variable('NODE_OPTIONS')}`;
}
