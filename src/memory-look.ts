import { now } from './clock';
import type { MemoryFacts } from './facts/fork';

/** Reading smaps takes 27 ms at 1 GB: of all time it may take this share. */
const SHARE = 0.02;

/** What the memory of this process looked like when it was last asked for, read again when that is long ago. */
export class MemoryLook {
  #facts: MemoryFacts | undefined;
  #validUntil = Number.NEGATIVE_INFINITY;

  read(measure: () => MemoryFacts | undefined): MemoryFacts | undefined {
    const begin = now();
    if (begin < this.#validUntil) return this.#facts;
    this.#facts = measure();
    const end = now();
    this.#validUntil = end + (end - begin) / SHARE;
    return this.#facts;
  }
}
