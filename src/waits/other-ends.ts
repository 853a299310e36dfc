/** Who has the other end of what a thread waits on, as edges of the wait-for graph. */

import type { WaitEdge, WaitNode } from './graph';
import type { Holder } from './holders';
import type { Scene } from './scene';
import { serversOf } from './servers';

export type Direction = 'read' | 'write';

/** What a wait on one end comes to. */
export type Waiting = Pick<WaitNode, 'edges' | 'live' | 'deadline' | 'proof'>;

/** Holders outside that cannot be read leave a pipe unknown. */
export function hidden(scene: Scene, pid: number): boolean {
  const stat = scene.picture.process(pid)?.stat;
  return stat === undefined || scene.picture.holders.hidden(stat.session, stat.startTime).length > 0;
}

export function toHolders(
  scene: Scene,
  pid: number,
  holders: readonly Holder[],
  until: string,
  proof: string[],
): WaitEdge[] {
  const edges: WaitEdge[] = [];
  for (const holder of holders) {
    for (const on of serversOf(scene, holder.pid, holder.fd)) {
      if (edges.some((edge) => edge.on === on)) continue;
      const internal = holder.pid === pid;
      edges.push({ on, until, internal, ...(!internal && { proof }) });
    }
  }
  return edges;
}

export const listed = (holders: readonly Holder[]) =>
  holders.map((holder) => `pid ${holder.pid} (descriptor ${holder.fd})`).join(', ');
