/**
 * The clocks as Node has made them, taken at the start: programs and test runners put their own in the place of
 * `Date` and `performance`.
 */

/** Milliseconds on a clock that never jumps. */
export const now: () => number = performance.now.bind(performance);

/** Milliseconds since 1970. */
export const wallClock: () => number = Date.now;
