import { captureError } from '../site';
import { patch } from './patch';
import type { Sink } from './sink';

const DEPTH = 16;

/** `Atomics.wait`, the one way in which JavaScript blocks a thread on another. */
export function instrumentAtomics(sink: Sink): void {
  if (typeof Atomics === 'undefined') return; // a flag of V8's takes it away
  patch(Atomics, 'wait', (original, self, args) => {
    const [array, index, value, timeout = Number.POSITIVE_INFINITY] = args as [
      Int32Array,
      number,
      number,
      number,
    ];
    const limit = Number.isNaN(timeout) ? Number.POSITIVE_INFINITY : timeout;
    // an object in the place of a number runs the program's code when it is read: that is left to the original
    const plain = typeof index === 'number' && typeof limit === 'number';
    const noted = plain && willBlock(array, index, value) && sink.waiting(() => captureError(DEPTH), limit);
    try {
      return Reflect.apply(original, self, args);
    } finally {
      if (noted) sink.waited();
    }
  });
}

/** Arguments that are not understood are the program's business. */
function willBlock(array: Int32Array, index: number, value: number): boolean {
  try {
    return Atomics.load(array, index) === value;
  } catch {
    return false;
  }
}
