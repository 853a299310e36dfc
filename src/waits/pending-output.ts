/**
 * Writes of a worker thread whose callback has not come: told to whoever watches, over and over, because the one who
 * watches may start later. The channel and the timer exist only while a write is pending.
 */

import type { BroadcastChannel } from 'node:worker_threads';
import { wallClock } from '../clock';
import { setRepeated } from '../timers';

export const OUTPUT_CHANNEL = 'forkguard:output';

export interface OutputMessage {
  readonly threadId: number;
  readonly name: 'stdout' | 'stderr';
  /** Milliseconds since the epoch. */
  readonly since: number;
}

const EVERY_MS = 100;

export class PendingOutput {
  readonly #threadId: number;
  readonly #pending = new Set<OutputMessage>();
  #channel: BroadcastChannel | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(threadId: number) {
    this.#threadId = threadId;
  }

  /** A write begins; the returned function is called when its callback comes. */
  begin(name: OutputMessage['name']): () => void {
    const message = { threadId: this.#threadId, name, since: wallClock() };
    this.#pending.add(message);
    this.#timer ??= setRepeated(() => this.#tell(), EVERY_MS).unref();
    return () => {
      this.#pending.delete(message);
      if (this.#pending.size === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#channel?.close();
    this.#channel = undefined;
  }

  #tell(): void {
    const [oldest] = this.#pending;
    if (!oldest) return;
    if (!this.#channel) {
      const { BroadcastChannel: Made } =
        require('node:worker_threads') as typeof import('node:worker_threads');
      this.#channel = new Made(OUTPUT_CHANNEL);
      this.#channel.unref();
    }
    this.#channel.postMessage(oldest);
  }
}
