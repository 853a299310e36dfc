import { catchesSignal, hasSignal } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { endsByDefault, signalName, signalNumber } from '../signals';

/** Node catches these itself, to give the terminal back as it was, and then ends (src/node.cc). */
const OF_NODE = new Set(['SIGINT', 'SIGTERM'].map(signalNumber));

/**
 * Whether this process ends with a signal that it is about to send itself. So do programs that have handled the signal
 * and then take their handler off, so that their parent sees how they have ended: no listener of `exit` is called.
 */
export function endsWith(signal: number, procfs: Pick<Procfs, 'status'>): boolean {
  // the kernel passes over what process 1 of a container sends itself
  if (!endsByDefault(signal) || process.pid === 1) return false;
  if (process.listenerCount(signalName(signal)) > 0) return false;
  const status = procfs.status('self');
  if (!status || hasSignal(status.signalsIgnored | status.signalsBlocked, signal)) return false;
  return OF_NODE.has(signal) || !catchesSignal(status, signal);
}
