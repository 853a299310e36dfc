/**
 * Our own timers: as Node has made them, taken before the program or its test runner can put others in their
 * place; and an error in what they call is a line on stderr, where it would end the program.
 */

import { messageOf, say } from './say';

const startTimeout = setTimeout;
const startInterval = setInterval;
const { nextTick } = process;

export function setTimer(act: () => void, milliseconds: number): NodeJS.Timeout {
  return startTimeout(() => contain(act), milliseconds);
}

export function setRepeated(act: () => void, milliseconds: number): NodeJS.Timeout {
  return startInterval(() => contain(act), milliseconds);
}

/** Before the event loop goes on. */
export function setTick(act: () => void): void {
  nextTick(() => contain(act));
}

function contain(act: () => void): void {
  try {
    act();
  } catch (error) {
    say(`internal error in a timer, the program goes on: ${messageOf(error)}`);
  }
}
