/** What the functions that send signals take. */

import { constants } from 'node:os';

const SIGNALS = constants.signals as Readonly<Record<string, number>>;

/** As `kill()` and the option `killSignal` take it; undefined for 0, which asks only, and for what is none. */
export function signalNumber(signal: unknown): number | undefined {
  if (signal === undefined || signal === null) return SIGNALS.SIGTERM;
  if (typeof signal === 'number') return signal === 0 ? undefined : signal;
  return typeof signal === 'string' ? SIGNALS[signal.toUpperCase()] : undefined;
}

export function signalName(number: number): string {
  return Object.entries(SIGNALS).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}

const HARMLESS = new Set(
  ['SIGCONT', 'SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGCHLD', 'SIGURG', 'SIGWINCH'].map(signalNumber),
);

/** Whether it ends a process that does not handle it, see signal(7). */
export function endsByDefault(number: number): boolean {
  return !HARMLESS.has(number);
}
