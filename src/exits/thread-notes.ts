/**
 * What worker threads tell the others of their process about their children. A thread that is terminated runs no
 * code any more, and the kernel does not say which thread made a child, or where.
 */
import { BroadcastChannel, receiveMessageOnPort, threadId } from 'node:worker_threads';
import type { ForkCall } from '../instruments/fork-call';
import type { ChildFacts } from '../model';
import type { ForkNote } from '../waits/fork-note';

const NAME = 'forkguard:children';

/** So many are remembered: of a terminated thread nobody is told which of its children have ended. */
const MOST = 1000;

/** A child of a worker thread. */
export interface ThreadChild {
  readonly child: ChildFacts;
  readonly fork: ForkNote;
  readonly thread: number;
  unreferenced: boolean;
  /** Whether the end of the thread tells it, as `Survivor.told`, once that is about to be terminated. */
  told?: { readonly answer: boolean | undefined };
  /** Numbers of the signals that it was sent. */
  readonly signals: Set<number>;
  /** It has been reported. */
  reported: boolean;
}

type Note =
  | { readonly type: 'forked'; readonly pid: number; readonly fork: ForkNote; readonly thread: number }
  | { readonly type: 'exited' | 'released' | 'reported'; readonly pid: number }
  | { readonly type: 'asked'; readonly pid: number; readonly signal: number }
  | { readonly type: 'harmful' };

const children = new Map<number, ThreadChild>();
let channel: BroadcastChannel | undefined;
let harmful = false;

/** From now on notes of other threads arrive here. Called before the first of them runs. */
export function hearThreads(): void {
  if (channel) return;
  channel = new BroadcastChannel(NAME);
  channel.onmessage = (event) => note((event as { data: Note }).data);
  channel.unref();
}

/** Children of other threads that are not known to have ended. */
export function childrenOfThreads(): ReadonlyMap<number, ThreadChild> {
  while (channel) {
    const arrived = receiveMessageOnPort(channel as unknown as Parameters<typeof receiveMessageOnPort>[0]);
    if (!arrived) break;
    note(arrived.message as Note);
  }
  return children;
}

/** Forgets children that have ended unheard. */
export function forget(hasEnded: (child: ThreadChild) => boolean): void {
  for (const [pid, child] of childrenOfThreads()) if (hasEnded(child)) children.delete(pid);
}

/** Whether a thread has reported anything of severity `error` or `warning`. */
export function threadsReportedHarm(): boolean {
  childrenOfThreads();
  return harmful;
}

/** A worker thread has made a child. */
export function tellFork(call: ForkCall): void {
  if (call.blocking || !call.child) return;
  tell({ type: 'forked', pid: call.child.pid, fork: forkNotes().noteOf(call), thread: threadId });
}

/** Most threads never fork, and whoever starts one need not load this. */
function forkNotes(): typeof import('../waits/fork-note') {
  return require('../waits/fork-note') as typeof import('../waits/fork-note');
}

/** Something has become of a child, which may be another thread's. */
export function tell(message: Note): void {
  note(message);
  hearThreads();
  channel?.postMessage(message);
}

function note(message: Note): void {
  if (message.type === 'forked') {
    const { pid, fork, thread } = message;
    if (thread === threadId) return;
    const child = {
      pid,
      get command() {
        return forkNotes().forkOf(fork).command;
      },
    };
    children.set(pid, { child, fork, thread, unreferenced: false, signals: new Set(), reported: false });
    const [oldest] = children.keys();
    if (children.size > MOST) children.delete(oldest as number);
    return;
  }
  if (message.type === 'harmful') {
    harmful = true;
    return;
  }
  const child = children.get(message.pid);
  if (!child) return;
  if (message.type === 'asked') child.signals.add(message.signal);
  else if (message.type === 'exited') children.delete(message.pid);
  else if (message.type === 'released') child.unreferenced = true;
  else child.reported = true;
}
