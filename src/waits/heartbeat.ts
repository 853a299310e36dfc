/**
 * Our own timer in a Node child, as who looks from outside sees it: as the time for which the event loop sleeps.
 * It would hide the timers of the program that are due later, so it tells of them. Where the program has none that
 * keep it alive, the loop sleeps for one of the lengths below, and a little less than a long one where it has one. A
 * loop that sleeps for the whole of such a length has run nothing else since that was decided.
 */

/** The first ones in milliseconds, for children that ask at once; then each is longer. */
const SHORT = 257;
const LONG = [509, 1021, 2039, 4093, 8191, 16_381, 30_011];
/** The program's own short timers, as those of `fetch`, may hide one or two. */
const REPEATS = 6;

/** What is taken off where the program has timers of its own. */
const OFF_MS = 30;
/** A loop reads the clock before it sleeps. With this no length is taken for a round one, such as 250 or 500. */
const LATE_MS = 6;

/** The pause before the nth look, from 0. */
export function heartbeat(n: number): number {
  const long = LONG[Math.min(LONG.length - 1, Math.max(0, n - REPEATS))]!;
  if (hasTimers()) return long - OFF_MS;
  return n < REPEATS ? SHORT : long;
}

/** As `heartbeat`, for a pause of at least so many milliseconds, up to the longest. */
export function heartbeatAfter(ms: number): number {
  const long = LONG.find((length) => length >= ms) ?? LONG[LONG.length - 1]!;
  return hasTimers() ? long - OFF_MS : long;
}

/** Whether the program has a timer that keeps it alive. */
function hasTimers(): boolean {
  return process.getActiveResourcesInfo().includes('Timeout');
}

/** Whether an event loop that sleeps for so long has nothing before it but a timer of ours. */
export function isIdleHeartbeat(ms: number): boolean {
  return isAbout(ms, [SHORT, ...LONG]);
}

/** Whether the timer of ours for which it sleeps tells of a timer of the program, which is due later. */
export function isTimedHeartbeat(ms: number): boolean {
  return isAbout(ms + OFF_MS, LONG);
}

function isAbout(ms: number, lengths: readonly number[]): boolean {
  return lengths.some((length) => ms <= length && ms >= length - LATE_MS);
}
