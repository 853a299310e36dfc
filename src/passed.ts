import type { ForkCall } from './instruments/fork-call';
import type { Procfs, RawDescriptor } from './procfs/procfs';

/** A descriptor that goes to a child by its number, as it was before. */
export interface Passed {
  readonly raw: RawDescriptor;
  /** An earlier child got it, too: whose reads and writes have moved its offset cannot be told. */
  readonly again: boolean;
}

/** What the descriptors above 2 in `stdio` were when the call began: the child moves offsets and takes locks. */
export class PassedDescriptors {
  readonly #procfs: Procfs;
  readonly #calls = new WeakMap<ForkCall, Map<number, Passed>>();
  /** Targets by number: as many as there are numbers. */
  readonly #earlier = new Map<number, string>();

  constructor(procfs: Procfs) {
    this.#procfs = procfs;
  }

  note(call: ForkCall, fd: number): void {
    const noted = this.#calls.get(call) ?? new Map<number, Passed>();
    const raw = noted.has(fd) ? undefined : this.#procfs.descriptor('self', fd);
    if (!raw) return;
    this.#calls.set(call, noted.set(fd, { raw, again: this.#earlier.get(fd) === raw.target }));
    this.#earlier.set(fd, raw.target);
  }

  of(call: ForkCall, fd: number): Passed | undefined {
    return this.#calls.get(call)?.get(fd);
  }
}
