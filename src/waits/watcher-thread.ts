/**
 * The thread that looks while another one is blocked. It sleeps in `Atomics.wait` until a note is left. What proves
 * that a call is stuck is loaded with the first that does not come back at once, which for most programs is never.
 */

import { writeFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { messageOf, say } from '../say';
import { Board, WATCHER_NAME } from './board';
import type { BlockedThread } from './notes';
import type { WatcherData } from './watcher';

const { memory, config } = workerData as WatcherData;
const board = new Board(memory);
try {
  // watchers of other threads know this one by it; Node itself names threads from version 24 on, each in its way
  writeFileSync('/proc/thread-self/comm', WATCHER_NAME);
} catch {}

/** Part of `stallMs` after which it looks whether the call gets on. */
const FIRST = 0.1;

/** Part of `stallMs` after which it looks whether there is another note. */
const PAUSE = 0.3;

/** In milliseconds. Half of a short timeout leaves time to load what looks. */
function firstOf({ call: { timeoutMs = Number.POSITIVE_INFINITY } }: BlockedThread): number {
  return Math.min(FIRST * config.stallMs, timeoutMs / 2);
}

for (;;) {
  const { sequence, note } = board.read<BlockedThread>();
  try {
    if (note && !board.sleep(sequence, note.call.since + firstOf(note) - Date.now())) {
      const { watch } = require('./watch') as typeof import('./watch');
      watch(board, note, sequence);
    }
  } catch (error) {
    say(`internal error in the watcher, the program goes on: ${messageOf(error)}`);
  }
  // in a burst of short calls it is not woken by each of them
  if (!board.sleep(sequence, PAUSE * config.stallMs)) board.sleepUntilTurned(sequence);
}
