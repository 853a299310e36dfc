import { type Channel, channel } from 'node:diagnostics_channel';
import { readlinkSync } from 'node:fs';
import type { ResourceMessage } from './channels';
import type { Ledger } from './ledger';
import type { ResourceKind } from './model';
import type { OwnResources } from './own-resources';
import { messageOf, say } from './say';
import { captureError } from './site';

const OPEN = 'forkguard:resource:open';
const CLOSE = 'forkguard:resource:close';
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

/**
 * What is published on `forkguard:resource:open` and `:close`. What others publish goes into the ledger, so that
 * reports name it; what the instruments see is published as soon as somebody else listens.
 */
export class ResourceChannel {
  readonly #ledger: Ledger;
  // a channel is kept only as long as somebody refers to it
  readonly #open: Channel = channel(OPEN);
  readonly #close: Channel = channel(CLOSE);
  #own: OwnResources | undefined;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#open.subscribe(this.#heardOpen);
    this.#close.subscribe(this.#heardClose);
  }

  stop(): void {
    this.#open.unsubscribe(this.#heardOpen);
    this.#close.unsubscribe(this.#heardClose);
  }

  /** The program has made `object`; `args` are those of the call, from which its label is made when it is read. */
  opened(kind: ResourceKind, object: object, args: readonly unknown[]): void {
    if (this.#othersListen()) this.#resources().opened(kind, object, args);
  }

  openedFile(fd: number, path: string): void {
    if (this.#othersListen()) this.#resources().openedFile(fd, path);
  }

  #othersListen(): boolean {
    return hasOthers(this.#open) || hasOthers(this.#close);
  }

  #resources(): OwnResources {
    if (!this.#own) {
      const { OwnResources: Made } = require('./own-resources') as typeof import('./own-resources');
      this.#own = new Made(this.#open, this.#close);
    }
    return this.#own;
  }

  // An error that leaves a subscriber ends the program.
  readonly #heardOpen = (message: unknown): void => {
    try {
      const { kind, label, fd, resource } = understood(message) ?? {};
      if (kind === undefined || label === undefined) return;
      const stack = captureError(DEPTH);
      if (typeof fd === 'number')
        this.#ledger.notePublished(fd, { kind, label, target: targetOf(fd) }, stack);
      if (typeof resource === 'object' && resource !== null) this.#ledger.noteObject(resource, stack);
    } catch (error) {
      say(`a message on ${OPEN} cannot be used: ${messageOf(error)}`);
    }
  };

  readonly #heardClose = (message: unknown): void => {
    try {
      const { fd } = understood(message) ?? {};
      if (typeof fd === 'number') this.#ledger.forgetPublished(fd);
    } catch (error) {
      say(`a message on ${CLOSE} cannot be used: ${messageOf(error)}`);
    }
  };
}

/** More than the one subscriber that is our own. `_subscribers` is where Node keeps them, in all versions. */
function hasOthers(one: Channel): boolean {
  const { _subscribers: subscribers } = one as { _subscribers?: readonly unknown[] };
  return subscribers === undefined || subscribers.length > 1;
}

function targetOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined; // no /proc, or the number is not open: the publisher may know better
  }
}

/** A message of somebody else that keeps to `ResourceMessage`. */
function understood(message: unknown): ResourceMessage | undefined {
  if (typeof message !== 'object' || message === null || OWN in message) return undefined;
  const { kind, label, fd } = message as ResourceMessage;
  const good =
    KINDS.has(kind) && typeof label === 'string' && (fd === undefined || (Number.isInteger(fd) && fd >= 0));
  if (!good) say('a message on a forkguard:resource channel is not understood: see docs/channels.md');
  return good ? (message as ResourceMessage) : undefined;
}
