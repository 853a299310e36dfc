/**
 * What worker threads tell the others of their process about their children. A thread that is terminated runs no
 * code any more, and the kernel does not say which thread made a child, or where.
 */
import { BroadcastChannel, receiveMessageOnPort, threadId } from 'node:worker_threads';
import type { ForkCall } from '../instruments/fork-call';
import type { ChildFacts } from '../model';
import { type ForkNote, noteOf } from '../waits/fork-note';

const NAME = 'forkguard:children';

/** A child of a worker thread. */
export interface ThreadChild {
  readonly child: ChildFacts;
  readonly fork: ForkNote;
  readonly thread: number;
  unreferenced: boolean;
  /** Whether the end of the thread tells it, as `Survivor.told`; known once that is about to be terminated. */
  told?: boolean | undefined;
  /** Numbers of the signals that it was sent. */
  readonly signals: Set<number>;
}

type Note =
  | { readonly type: 'forked'; readonly child: ThreadChild }
  /** `told`: it has been reported. */
  | { readonly type: 'exited' | 'released' | 'told'; readonly pid: number }
  | { readonly type: 'asked'; readonly pid: number; readonly signal: number };

const children = new Map<number, ThreadChild>();
let channel: BroadcastChannel | undefined;

/** From now on notes of other threads arrive here. Called before the first of them runs. */
export function hearThreads(): void {
  if (channel) return;
  channel = new BroadcastChannel(NAME);
  channel.onmessage = (event) => note((event as { data: Note }).data);
  channel.unref();
}

/** Children of other threads that are not known to have ended, and that nobody has been told of. */
export function childrenOfThreads(): ReadonlyMap<number, ThreadChild> {
  while (channel) {
    const arrived = receiveMessageOnPort(channel as unknown as Parameters<typeof receiveMessageOnPort>[0]);
    if (!arrived) break;
    note(arrived.message as Note);
  }
  return children;
}

/** A worker thread has made a child. */
export function tellFork(call: ForkCall): void {
  if (call.blocking || !call.child) return;
  const fork = noteOf(call);
  tell({
    type: 'forked',
    child: { child: call.child, fork, thread: threadId, unreferenced: false, signals: new Set() },
  });
}

/** Something has become of a child, which may be another thread's. */
export function tell(message: Note): void {
  note(message);
  tellOthers(message);
}

export function tellOthers(message: Note): void {
  hearThreads();
  channel?.postMessage(message);
}

function note(message: Note): void {
  switch (message.type) {
    case 'forked':
      if (message.child.thread !== threadId) children.set(message.child.child.pid, message.child);
      return;
    case 'released': {
      const child = children.get(message.pid);
      if (child) child.unreferenced = true;
      return;
    }
    case 'asked':
      children.get(message.pid)?.signals.add(message.signal);
      return;
    default:
      children.delete(message.pid);
  }
}
