/**
 * The clocks as Node has made them, taken at the start: programs and test runners put their own in the place of
 * `Date` and `performance`.
 */

const { hrtime } = process;

/** Milliseconds on a clock that never jumps. `performance` would have to be loaded for it. */
export function now(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** Milliseconds since 1970. */
export const wallClock: () => number = Date.now;
