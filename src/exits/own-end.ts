import { catchesSignal, hasSignal } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { endsByDefault, signalName, signalNumber } from '../signals';

/** Node catches these itself, to give the terminal back as it was, and then ends (src/node.cc). */
const OF_NODE = new Set(['SIGINT', 'SIGTERM'].map(signalNumber));

/**
 * The exit code, as a shell tells it, with which this process ends when it now sends itself that signal; undefined if it
 * goes on. So do programs end that have handled the signal and then take their handler off, so that their parent sees how
 * they have ended: no listener of `exit` is called.
 */
export function codeOfEnd(signal: unknown, procfs: Pick<Procfs, 'status'>): number | undefined {
  const number = signalNumber(signal);
  // the kernel passes over what process 1 of a container sends itself
  if (number === undefined || !endsByDefault(number) || process.pid === 1) return undefined;
  if (process.listenerCount(signalName(number)) > 0) return undefined;
  const status = procfs.status('self');
  if (!status || hasSignal(status.signalsIgnored | status.signalsBlocked, number)) return undefined;
  return OF_NODE.has(number) || !catchesSignal(status, number) ? 128 + number : undefined;
}
