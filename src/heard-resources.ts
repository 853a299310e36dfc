import { readlinkSync } from 'node:fs';
import type { ResourceMessage } from './channels';
import type { Ledger } from './ledger';
import type { ResourceKind } from './model';
import { say } from './say';
import { captureError } from './site';

const DEPTH = 16;
const KINDS: ReadonlySet<unknown> = new Set<ResourceKind>([
  'file',
  'socket',
  'listener',
  'pipe',
  'process',
  'thread',
]);

/** On messages of forkguard's own: whatever copy of it reads them, it knows these resources already. */
export const OWN = Symbol.for('forkguard.resource');

/** Somebody has published on `forkguard:resource:open`. */
export function opened(ledger: Ledger, message: unknown): void {
  understanding(message, ({ kind, label, fd, resource }) => {
    const stack = captureError(DEPTH);
    if (fd !== undefined) ledger.notePublished(fd, { kind, label, target: targetOf(fd) }, stack);
    if (typeof resource === 'object' && resource !== null) ledger.noteObject(resource, stack);
  });
}

/** Somebody has published on `forkguard:resource:close`. */
export function closed(ledger: Ledger, message: unknown): void {
  understanding(message, ({ fd }) => {
    if (fd !== undefined) ledger.forgetPublished(fd);
  });
}

/** Acts on a message of somebody else that keeps to `ResourceMessage`. */
function understanding(message: unknown, act: (message: ResourceMessage) => void): void {
  if (typeof message !== 'object' || message === null || OWN in message) return;
  const { kind, label, fd } = message as ResourceMessage;
  if (KINDS.has(kind) && typeof label === 'string' && (fd === undefined || (Number.isInteger(fd) && fd >= 0)))
    act(message as ResourceMessage);
  else say('a message on a forkguard:resource channel is not understood: see docs/channels.md');
}

function targetOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined; // no /proc, or the number is not open: the publisher may know better
  }
}
