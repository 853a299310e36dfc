/** What a thread waits for when it waits on a descriptor: the ones at the other end. */

import type { RawDescriptor } from '../procfs/procfs';
import { catchesChildSignal, childrenOf, exitsOf } from './child-exits';
import type { WaitEdge, WaitNode } from './graph';
import { type Direction, hidden, listed, toHolders, type Waiting } from './other-ends';
import type { Scene } from './scene';
import { socketWait } from './socket-waits';

export interface ChannelWays {
  readonly scene: Scene;
  epollEdges(pid: number, set: RawDescriptor | undefined): readonly WaitEdge[];
}

/** `read:pipe:[12]`, `write:socket:[34]`: the wait on one end, whoever has it. */
export const channelId = (direction: Direction, target: string) => `${direction}:${target}`;

export function channelNode(ways: ChannelWays, pid: number, fd: number, direction: Direction): WaitNode {
  const { picture } = ways.scene;
  const end = picture.descriptor(pid, fd);
  // what many files share a name for (eventfds) is told apart by its holder
  const shared = end && (end.kind === 'pipe' || end.kind === 'socket');
  const id = channelId(direction, shared ? end.target : `${pid}/${fd}`);
  const label = `descriptor ${fd} of ${picture.command(pid)}`;
  const base = { id, kind: 'channel', label, pid, needs: 'any' } as const;
  const live = (why: string): WaitNode => ({ ...base, edges: [], live: why });
  if (!end) return live('the descriptor cannot be read');
  if (end.kind === 'pipe') return { ...base, ...pipe(ways.scene, pid, end, direction) };
  if (end.kind === 'socket') return { ...base, ...socketWait(ways.scene, pid, fd, end, direction) };
  if (end.kind === 'pty') return live('a terminal');
  if (end.kind !== 'anonymous') return live('a file or device');
  const own: WaitEdge = { on: `process:${pid}`, internal: true, until: 'to wake it' };
  switch (end.target) {
    case 'anon_inode:[eventfd]':
      return { ...base, edges: [own] };
    case 'anon_inode:[eventpoll]':
      return { ...base, edges: ways.epollEdges(pid, end) };
    case 'anon_inode:[timerfd]':
      return end.timerNanoseconds === 0 ? { ...base, edges: [own] } : live('a timer');
    case 'anon_inode:[signalfd]':
      return { ...base, edges: [own, ...exitsOf(childrenOf(picture, pid))] };
    case 'anon_inode:[pidfd]':
      if (end.watchedPid === undefined || end.watchedPid < 0) return live('a process that is gone');
      return { ...base, edges: [{ on: `exit:${end.watchedPid}`, until: 'to exit' }] };
    default:
      return live(end.target);
  }
}

function pipe(scene: Scene, pid: number, end: RawDescriptor, direction: Direction): Waiting {
  const { picture } = scene;
  const wanted = direction === 'read' ? 'read' : 'write';
  const others = picture.holders
    .of(end.target)
    .filter((holder) => picture.descriptor(holder.pid, holder.fd)?.access !== wanted);
  const named = !end.target.startsWith('pipe:');
  // of those that wait for the other end to be opened one does not know who is to do it
  if (named && others.every((holder) => holder.pid === pid))
    return { edges: [], live: 'a named pipe: anybody may open it' };
  if (others.length === 0) return { edges: [], live: 'the other end is closed' };
  if (hidden(scene, pid)) return { edges: [], live: 'a process that cannot be read may hold the other end' };
  const edges = toHolders(
    scene,
    pid,
    others,
    direction === 'read' ? 'to write to the pipe or to close it' : 'to read the pipe',
    [`${listed(others)} ${others.length > 1 ? 'hold' : 'holds'} the other end of ${end.target}`],
  );
  // the pipe through which a signal handler tells its own process, of children's exits too
  const own = others.some((holder) => holder.pid === pid);
  return {
    edges: own && catchesChildSignal(picture, pid) ? [...edges, ...exitsOf(childrenOf(picture, pid))] : edges,
    ...(named && { deadline: { who: 'another process', does: 'opens the named pipe' } }),
  };
}
