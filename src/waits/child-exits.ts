/** Waiting for children to exit. */

import { constants } from 'node:os';
import { catchesSignal } from '../procfs/parse-process';
import type { WaitEdge } from './graph';
import type { Picture } from './picture';
import { exitId } from './scene';

/** The children that somebody waits for: the one that he has named, or all that there are. */
export function childrenOf(picture: Picture, pid: number, named?: number): readonly number[] {
  return named !== undefined ? [named] : (picture.procfs.children(pid) ?? []);
}

export function exitsOf(children: readonly number[]): WaitEdge[] {
  return children.map((child) => ({ on: exitId(child), until: 'to exit' }));
}

/** Whether the exit of a child interrupts a process, or a thread of it, in what it does. */
export function catchesChildSignal(picture: Picture, pid: number, tid?: number): boolean {
  return catchesSignal(picture.procfs.status(pid, tid), constants.signals.SIGCHLD);
}
