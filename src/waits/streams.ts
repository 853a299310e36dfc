/** Whether a child, or one of its own, can only go on when the program acts on a stream. */

import type { StreamWait } from '../facts/stall';
import { EPOLLIN, EPOLLOUT } from '../procfs/parse-descriptor';
import { buildGraph } from './build-graph';
import { channelId } from './channels';
import { judge } from './graph';
import type { Picture, ThreadPicture } from './picture';
import { processId, type Scene, threadId } from './scene';

/** A stream of a child, from the program's side. */
export interface OwnStream {
  readonly name: string;
  readonly fd: number;
  readonly direction: 'input' | 'output';
  readonly reading: StreamWait['reading'];
}

/**
 * For each stream the first process under `child` that sleeps on its other end, and that provably has nothing
 * else to wait for once the program does nothing with these streams.
 */
export function streamWaits(scene: Scene, child: number, streams: readonly OwnStream[]): StreamWait[] {
  const { picture, self } = scene;
  if (self === undefined) return [];
  const ends = streams.flatMap((stream) => {
    const inode = picture.descriptor(self, stream.fd)?.inode;
    return inode === undefined ? [] : [{ stream, target: `socket:[${inode + 1}]` }];
  });
  // cheap first: is anybody asleep on one of them?
  const sleepers: { pid: number; thread: ThreadPicture; stream: OwnStream; id: string }[] = [];
  for (const pid of [child, ...descendants(picture, child)]) {
    for (const thread of picture.process(pid)?.threads ?? []) {
      // who is stopped, as by a debugger, does not go on when somebody reads
      if (thread.state !== 'S') continue;
      for (const { stream, target } of ends) {
        if (!sleepsOn(picture, pid, thread, target, stream.direction)) continue;
        const id = channelId(stream.direction === 'input' ? 'read' : 'write', target);
        sleepers.push({ pid, thread, stream, id });
      }
    }
  }
  if (sleepers.length === 0) return [];
  const dead = new Set(sleepers.map(({ id }) => id));
  const waits: StreamWait[] = [];
  for (const { pid, thread, stream } of sleepers) {
    if (waits.some((wait) => wait.stream === stream.name)) continue;
    // another child has our end, as its own stdin perhaps, and acts on it in our place
    const own = picture.descriptor(self, stream.fd)?.target ?? '';
    if (picture.holders.of(own).some((holder) => holder.pid !== self)) continue;
    const graph = buildGraph(scene, [processId(pid)]);
    const verdict = judge(graph, processId(pid), dead);
    // a full pipe that nobody has begun to read is a fact, whatever else the writer does
    const full = stream.direction === 'output' && stream.reading === 'never';
    if ((!verdict && !full) || !picture.still(verdict ? graph.keys() : [threadId(pid, thread.tid)])) continue;
    waits.push({
      stream: stream.name,
      reading: stream.reading,
      process: { pid, command: picture.command(pid) },
      stuck: verdict?.grade ?? 'no',
      proof: proofOf(picture, self, pid, thread, stream),
    });
  }
  return waits;
}

function descendants(picture: Picture, pid: number, depth = 0): number[] {
  if (depth > 16) return [];
  const children = picture.procfs.children(pid) ?? [];
  return children.flatMap((child) => [child, ...descendants(picture, child, depth + 1)]);
}

function sleepsOn(
  picture: Picture,
  pid: number,
  { sleep }: ThreadPicture,
  target: string,
  direction: OwnStream['direction'],
): boolean {
  const is = (fd: number) => picture.procfs.link(pid, fd) === target;
  if (sleep.kind === 'descriptors') return (direction === 'input' ? sleep.reads : sleep.writes).some(is);
  if (sleep.kind !== 'epoll') return false;
  const wanted = direction === 'input' ? EPOLLIN : EPOLLOUT;
  const set = picture.descriptor(pid, sleep.fd)?.epoll ?? [];
  return set.some(({ fd, events }) => (events & wanted) !== 0 && is(fd));
}

function proofOf(
  picture: Picture,
  self: number,
  pid: number,
  { tid, sleep }: ThreadPicture,
  stream: OwnStream,
): string[] {
  const own = picture.descriptor(self, stream.fd)?.target;
  const call = sleep.kind === 'descriptors' ? sleep.name : 'epoll_wait';
  const wchan = picture.procfs.wchan(pid, tid);
  const what = stream.direction === 'input' ? 'waits to read' : 'waits to write to';
  return [
    `/proc/${pid}/syscall: ${call}, and it ${what} the other end of ${stream.name} (${own} here)`,
    ...(wchan !== undefined && wchan !== '0' ? [`/proc/${pid}/wchan: ${wchan}`] : []),
  ];
}
