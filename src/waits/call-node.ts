import { callChildren, otherEnd } from './call-children';
import type { WaitEdge, WaitNode } from './graph';
import { type BlockedThread, threadLabel } from './notes';
import type { Picture, ProcessPicture, ThreadPicture } from './picture';
import { callId, exitId } from './scene';

/** A `*Sync` call ends when its child has exited and everybody has let go of its pipes. */
export function callNode(
  picture: Picture,
  { stat: { pid } }: ProcessPicture,
  thread: ThreadPicture,
  note: BlockedThread,
): WaitNode {
  const { call } = note;
  const children = callChildren(picture.procfs, note);
  const holders = heldBy(picture, pid, thread).filter((holder) => !children.includes(holder));
  const site = call.site ?? call.fork?.forked;
  const edge = (child: number, until: string): WaitEdge => ({
    on: exitId(child),
    until,
    ...(site && { site }),
  });
  const edges = [
    ...children.map((child) => edge(child, 'to exit')),
    ...holders.map((holder) => edge(holder, 'to exit or to close the pipe')),
  ];
  return {
    id: callId(pid, thread.tid),
    kind: 'call',
    label: `\`${call.api}\``,
    pid,
    needs: 'all',
    edges,
    // a call whose child cannot be told is not judged
    ...(edges.length === 0 && { live: 'its child is not known' }),
    ...(call.timeoutMs !== undefined && {
      deadline: {
        who: threadLabel(note.threadId),
        what: `the \`timeout\` of \`${call.api}\` (${(call.timeoutMs / 1000).toFixed(1)} s)`,
      },
    }),
  };
}

/** Other processes that hold the pipes that the loop of the call still reads. */
function heldBy(picture: Picture, pid: number, { sleep }: ThreadPicture): number[] {
  const read = sleep.kind === 'epoll' ? (picture.descriptor(pid, sleep.fd)?.epoll ?? []) : [];
  const ends = read.flatMap(({ fd }) => picture.descriptor(pid, fd) ?? []);
  return [...new Set(ends.flatMap((end) => otherEnd(picture, pid, end)).map((holder) => holder.pid))];
}
