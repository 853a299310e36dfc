/** Those above a process that is waited for: who stands between may end it, as timeout(1), a test runner or npm does. */

import type { RawDescriptor } from '../procfs/procfs';
import { childrenOf } from './child-exits';
import type { WaitEdge, WaitNode } from './graph';
import { runsDelayedTasks } from './limits';
import type { Picture } from './picture';
import { ancestorId, threadId } from './scene';

export interface Ancestry {
  readonly picture: Picture;
  /** The process that looks at itself, which ends nobody while it waits. */
  readonly self: number | undefined;
  /** Where the tree that is looked at begins. */
  readonly tops: readonly number[];
  node(id: string): WaitNode | undefined;
  epollEdges(pid: number, set: RawDescriptor | undefined): readonly WaitEdge[];
}

/** The processes above one, up to where the tree begins. */
export function ancestorsOf(pid: number, { picture, self, tops }: Ancestry): number[] {
  const descends = (one: number) => {
    for (let at = one, hops = 0; at > 1 && hops < 64; hops++) {
      if (tops.includes(at)) return true;
      at = picture.process(at)?.stat.ppid ?? 0;
    }
    return false;
  };
  const found: number[] = [];
  for (let at = picture.process(pid)?.stat.ppid ?? 0; at > 1 && at !== self && found.length < 32; ) {
    const ancestor = picture.process(at);
    if (!ancestor || !descends(at)) break;
    found.push(at);
    at = ancestor.stat.ppid;
  }
  return found;
}

/**
 * What an ancestor does when a timer of its own comes can only be to end the wait: that is a limit. It is so for
 * one that waits for it to exit, too. `node`: as a process that is waited for itself.
 */
export function ancestorNode(node: WaitNode, ancestry: Ancestry): WaitNode {
  const { picture, epollEdges } = ancestry;
  const pid = node.pid as number;
  if (node.live !== undefined) return { ...node, id: ancestorId(pid) };
  let timed = false;
  const edges = (picture.process(pid)?.threads ?? []).flatMap(({ tid, state, sleep }): WaitEdge[] => {
    const asleep = state === 'S' ? sleep : undefined;
    switch (asleep?.kind) {
      case 'children':
        return childrenOf(picture, pid, asleep.pid).map((child) => ({
          on: ancestorId(child),
          until: 'to exit',
        }));
      case 'timer':
        timed = true;
        return [];
      case 'epoll':
        if (asleep.limit !== undefined && !runsDelayedTasks(picture, pid, tid)) timed = true;
        return epollEdges(pid, picture.descriptor(pid, asleep.fd)).flatMap((edge) =>
          fromOutside(edge, ancestry),
        );
      case 'futex':
        // the other threads are there themselves
        return asleep.shared || asleep.limit !== undefined ? [{ on: threadId(pid, tid) }] : [];
      default:
        return [{ on: threadId(pid, tid) }];
    }
  });
  const deadline = timed
    ? { who: node.label, what: 'a timer of its own, if it then ends those below it' }
    : node.deadline;
  return { ...node, id: ancestorId(pid), edges, ...(deadline && { deadline }) };
}

/** A channel as an ancestor waits on it: without those of its own threads that would only wake it. */
function fromOutside(edge: WaitEdge, ancestry: Ancestry): WaitEdge[] {
  const node = ancestry.node(edge.on);
  if (!node || node.live !== undefined) return [edge];
  const others = node.edges.filter(({ internal }) => !internal);
  return others.map((other) => ({ ...other, on: other.on.replace(/^exit:/, 'ancestor:') }));
}
