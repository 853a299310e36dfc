import { type Channel, channel } from 'node:diagnostics_channel';
import type { Ledger } from './ledger';
import type { ResourceKind } from './model';
import type { OwnResources } from './own-resources';
import { messageOf, say } from './say';

const OPEN = 'forkguard:resource:open';
const CLOSE = 'forkguard:resource:close';

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

  readonly #heardOpen = (message: unknown): void => this.#hear(({ opened }) => opened(this.#ledger, message));
  readonly #heardClose = (message: unknown): void =>
    this.#hear(({ closed }) => closed(this.#ledger, message));

  /** An error that leaves a subscriber ends the program. */
  #hear(act: (heard: typeof import('./heard-resources')) => void): void {
    try {
      act(require('./heard-resources') as typeof import('./heard-resources'));
    } catch (error) {
      say(`a message on a forkguard:resource channel cannot be used: ${messageOf(error)}`);
    }
  }
}

/** More than the one subscriber that is our own. `_subscribers` is where Node keeps them, in all versions. */
function hasOthers(one: Channel): boolean {
  const { _subscribers: subscribers } = one as { _subscribers?: readonly unknown[] };
  return subscribers === undefined || subscribers.length > 1;
}
