import type { Crash } from '../facts/exit';
import type { ForkCall } from '../instruments/fork-call';
import type { LiveChild } from '../instruments/sink';
import { pendingBytes } from '../program';

/** Streams of so many ended children are remembered: an EPIPE comes after the exit that causes it. */
const RECENT = 16;

interface Piped {
  readonly fork: ForkCall;
  readonly streams: readonly WeakRef<object>[];
}

/** Which child's stream the error came from that nobody has heard, and that ends the process. */
export class UnheardErrors {
  readonly #children: () => ReadonlyMap<number, LiveChild>;
  readonly #recent: Piped[] = [];
  #crash: Crash | undefined;

  constructor(children: () => ReadonlyMap<number, LiveChild>) {
    this.#children = children;
  }

  get crash(): Crash | undefined {
    return this.#crash;
  }

  /** Only what has not been written yet can fail after the exit. */
  exited(child: LiveChild): void {
    const pending = child.process.stdio?.some((stream) => pendingBytes(stream ?? undefined) > 0);
    if (!pending) return;
    this.#recent.unshift(recentOf(child));
    this.#recent.length = Math.min(this.#recent.length, RECENT);
  }

  uncaught(error: unknown): void {
    const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
    if (code !== 'EPIPE' && code !== 'ECONNRESET') return;
    const alive = [...this.#children().values()].map(recentOf);
    for (const { fork, streams } of [...alive, ...this.#recent]) {
      const at = streams.findIndex((reference) => isUnheard(reference.deref(), error));
      if (at < 0) continue;
      const stream = at === 0 ? 'stdin' : `stdio[${at}]`;
      this.#crash = {
        fork,
        stream,
        code,
        proof: [
          `uncaughtExceptionMonitor: ${code} of the system call ${String(syscall)}`,
          `child.${stream}.errored is this error, child.${stream}.listenerCount('error') is 0`,
        ],
      };
      return;
    }
  }
}

function recentOf({ fork, process: child }: LiveChild): Piped {
  const streams = (child.stdio ?? []).map((stream) => new WeakRef<object>(stream ?? NOTHING));
  return { fork, streams };
}

const NOTHING = {};

function isUnheard(stream: object | undefined, error: unknown): boolean {
  const { errored, listenerCount } = (stream ?? NOTHING) as {
    errored?: unknown;
    listenerCount?: (event: string) => number;
  };
  return errored === error && error !== undefined && listenerCount?.call(stream, 'error') === 0;
}
