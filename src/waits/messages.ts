/**
 * Who may be told to go on by a signal: SIGUSR1 and SIGUSR2 have no meaning but the one that a program gives them. Who
 * handles those that ask to end may do anything, too, but nearly every program does, and then it ends.
 */

import { constants } from 'node:os';
import { catchesSignal } from '../procfs/parse-process';
import type { Picture } from './picture';

/**
 * Handled by who clears up at every signal that would end it, whatever those mean: the package signal-exit, make, bash
 * with a trap for EXIT. Go handles all signals.
 */
const EVERY = 'SIGXCPU';

/** An event loop. Node handles SIGUSR1 for its inspector. */
export function loopTakesMessages(picture: Picture, pid: number): boolean {
  const catches = caught(picture, pid);
  if (catches(EVERY)) return false;
  return catches('SIGUSR2') || (catches('SIGUSR1') && !catches('SIGSEGV'));
}

/** Who waits for children. */
export function shellTakesMessages(picture: Picture, pid: number): boolean {
  const catches = caught(picture, pid);
  if (catches(EVERY) || catches('SIGSEGV')) return false;
  return catches('SIGUSR1') || catches('SIGUSR2');
}

function caught(picture: Picture, pid: number): (signal: NodeJS.Signals) => boolean {
  const status = picture.procfs.status(pid);
  return (signal) => catchesSignal(status, constants.signals[signal]);
}
