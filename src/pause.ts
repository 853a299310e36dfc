import { unpatched } from './originals';

/** Taken at load, because a program may replace `Atomics`; a wait of ours is none of the program's. */
const wait = unpatched(Atomics.wait);
const cell = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread. */
export function pause(milliseconds: number): void {
  wait(cell, 0, 0, milliseconds);
}
