import type { ThrownAway } from '../facts/exit';
import { proxyOf } from '../instruments/patch';
import type { LiveChild } from '../instruments/sink';
import { capture } from '../site';

/** Deep enough for the program's line below `pipe`, `pipeline` or an async iterator. */
const DEPTH = 16;

/** What `net.Socket` says of itself. */
interface Output {
  readonly readableDidRead?: unknown;
  readonly readableFlowing?: unknown;
  readonly readableLength?: unknown;
  readonly readable?: unknown;
  readonly bytesRead?: unknown;
  listenerCount?(event: string): number;
}

/**
 * A child has ended, and its output has had no reader. In the next tick Node reads what is left and throws it away, so
 * that `close` can come. Whoever listens for that output afterwards misses it, and that is when `found` is called.
 *
 * The listener is learned from own functions `on` and `addListener` of that one stream, until the first is added.
 */
export function watchUnread({ fork, process: child }: LiveChild, found: (one: ThrownAway) => void): void {
  for (const [number, stream] of (child.stdio ?? []).entries()) {
    if (number === 0 || !stream || !isUntouched(stream)) continue;
    const name = ['stdin', 'stdout', 'stderr'][number] ?? `stdio[${number}]`;
    onListener(stream, (event) => {
      const bytes = lost(stream);
      if (bytes === 0) return;
      found({
        fork,
        stream: name,
        bytes,
        listened: capture(DEPTH),
        proof: [
          `child.${name}.readableDidRead was false when the child exited, with no listener; it is true now`,
          `child.${name}.bytesRead is ${bytes} when the first listener for '${event}' is added`,
        ],
      });
    });
  }
}

function isUntouched(stream: Output): boolean {
  return (
    stream.readable === true &&
    stream.readableDidRead === false &&
    stream.readableFlowing !== true &&
    stream.listenerCount?.('data') === 0 &&
    stream.listenerCount('readable') === 0
  );
}

/** Bytes that were read, and that no reader can get any more. */
function lost({ readableDidRead, bytesRead, readableLength }: Output): number {
  if (readableDidRead !== true || typeof bytesRead !== 'number') return 0;
  return Math.max(0, bytesRead - (typeof readableLength === 'number' ? readableLength : 0));
}

function onListener(stream: object, heard: (event: string) => void): void {
  const functions = stream as Record<string, (...args: never[]) => unknown>;
  const names = ['on', 'addListener'].filter((name) => !Object.hasOwn(stream, name) && functions[name]);
  for (const name of names) {
    const value = proxyOf(functions[name] as object, (original, self, args) => {
      const [event] = args;
      if (event === 'data' || event === 'readable') {
        for (const each of names) Reflect.deleteProperty(stream, each);
        try {
          heard(event);
        } catch {
          // what is not known is not reported
        }
      }
      return Reflect.apply(original, self, args);
    });
    Object.defineProperty(stream, name, { value, configurable: true, writable: true, enumerable: false });
  }
}
