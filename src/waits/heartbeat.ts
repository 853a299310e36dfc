/**
 * A timer of ours in a Node child looks, from outside, like a timer of the program, and so like work to come. Where
 * the program itself has no timer that would keep it alive, ours are this much longer than a round number: who sees
 * an event loop sleep for 2.003 s then knows that it idles.
 */
const MARK_MS = 3;

/** The pause for a timer of ours, in milliseconds. */
export function heartbeat(pause: number): number {
  return process.getActiveResourcesInfo().includes('Timeout') ? pause : pause + MARK_MS;
}

/** Whether an event loop that sleeps for so long has nothing before it but a timer of ours. */
export function isIdleHeartbeat(ms: number): boolean {
  const rest = ms % 1000;
  return ms >= 1000 && rest >= 1 && rest <= MARK_MS;
}
