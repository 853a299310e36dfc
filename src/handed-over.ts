import { descriptorOf } from './instruments/stdio';
import type { Ledger } from './ledger';
import type { Procfs } from './procfs/procfs';
import { resourceOf } from './resources';

/** Remembers where a listener was opened whose descriptor a child has been sent. */
export function noteHandedOver(ledger: Ledger, procfs: Procfs, object: object, pid: number): void {
  if (isConnection(object)) return;
  const fd = descriptorOf(object);
  const target = fd === undefined ? undefined : procfs.link('self', fd);
  if (!target) return;
  const { opened } = resourceOf(ledger, object, 'listener', target);
  ledger.noteHandedOver(target, opened, ledger.children.get(pid)?.fork);
}

/**
 * Whether somebody is connected to what a child is sent: a `Socket`, or the bare handle that a cluster's primary hands
 * over with each connection. No listener is lost with it.
 */
function isConnection(object: object): boolean {
  if ('remoteAddress' in object) return true;
  const { getpeername } = object as { getpeername?(out: object): number };
  return getpeername !== undefined && getpeername.call(object, {}) === 0;
}
