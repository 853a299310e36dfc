/** Writes to descriptor 2 without ever throwing, hanging on a full pipe, or touching `process.stderr`. */

import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { pause } from './pause';

export const STDERR = 2;

/** Milliseconds for which this thread may, in all its life, wait for a slow reader of its reports. */
let patience = 250;

/**
 * A pipe opened again has a description of its own, so O_NONBLOCK on it changes nothing for the program. Where
 * stderr is not a pipe (terminal, file, socket) or there is no `/proc`, descriptor 2 itself serves.
 */
function ownDescription(): number | undefined {
  try {
    if (!fstatSync(STDERR).isFIFO()) return undefined;
    return openSync('/proc/self/fd/2', constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/**
 * Writes all of `text`, waiting a little for a reader that is slow. What cannot be written is dropped: nobody
 * reads it (EPIPE), stderr is closed (EBADF), the reader has stalled (EAGAIN).
 */
export function writeStderr(text: string): void {
  const own = ownDescription();
  try {
    let rest = Buffer.from(text);
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(own ?? STDERR, rest));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if ((code !== 'EAGAIN' && code !== 'EINTR') || patience <= 0) return;
        patience -= 5;
        pause(5);
      }
    }
  } finally {
    if (own !== undefined) closeSync(own);
  }
}
