/** From one picture of the processes to the graph of who waits for whom. Edges only from evidence. */

import { EPOLLIN, EPOLLOUT } from '../procfs/parse-descriptor';
import type { RawDescriptor } from '../procfs/procfs';
import { type Ancestry, ancestorNode, ancestorsOf } from './ancestors';
import { callNode } from './call-node';
import { channelNode } from './channels';
import type { WaitEdge, WaitGraph, WaitNode } from './graph';
import { ownTimer } from './limits';
import { threadLabel } from './notes';
import { ancestorId, exitId, processId, type Scene, threadId } from './scene';
import { type SleepWays, sleeperWaits, sleepProof } from './sleeper';

/** The graph of everything that the roots wait for, directly or not. Roots are ids as in `scene`. */
export function buildGraph(scene: Scene, roots: readonly string[]): WaitGraph {
  const { picture, self } = scene;
  const graph = new Map<string, WaitNode>();
  const queue = [...roots];

  const add = (node: WaitNode) => {
    graph.set(node.id, node);
    for (const edge of node.edges) if (!graph.has(edge.on)) queue.push(edge.on);
    return node.id;
  };
  const label = (pid: number) =>
    scene.labels?.get(pid) ??
    (pid === self ? 'another thread of this process' : `\`${picture.command(pid)}\` (pid ${pid})`);

  function processNode(pid: number): WaitNode {
    const seen = picture.process(pid);
    const base = { id: processId(pid), kind: 'process', label: label(pid), pid, needs: 'any' } as const;
    if (!seen) return { ...base, edges: [], live: 'it cannot be read' };
    const { stat, threads } = seen;
    if (stat.state === 'Z' || stat.state === 'X') return { ...base, edges: [] };
    if (pid === self && scene.loopRuns) return { ...base, edges: [], live: 'its event loop runs' };
    if (!threads) return { ...base, edges: [], live: 'its threads cannot be read' };
    const deadline = ownTimer(picture, pid, label(pid));
    return {
      ...base,
      edges: threads.map((thread) => ({ on: threadId(pid, thread.tid) })),
      ...(deadline && { deadline }),
    };
  }

  function exitNode(pid: number): WaitNode {
    const seen = picture.process(pid);
    const base = {
      id: exitId(pid),
      kind: 'exit',
      label: `the exit of ${label(pid)}`,
      pid,
      needs: 'any',
    } as const;
    if (!seen || seen.stat.state === 'Z' || seen.stat.state === 'X')
      return { ...base, edges: [], live: 'it has exited' };
    const edges: WaitEdge[] = [{ on: processId(pid) }];
    for (const above of ancestorsOf(pid, ancestry)) edges.push({ on: ancestorId(above), internal: true });
    return { ...base, edges };
  }

  function threadNode(pid: number, tid: number): WaitNode {
    const seen = picture.process(pid);
    const thread = seen?.threads?.find((one) => one.tid === tid);
    const note = pid === self ? scene.blocked.find((one) => one.tid === tid) : undefined;
    const base = {
      id: threadId(pid, tid),
      kind: 'thread',
      label: note ? threadLabel(note.threadId) : label(pid),
      pid,
      tid,
      needs: 'any',
    } as const;
    if (!seen || !thread) return { ...base, edges: [], live: 'it cannot be read' };
    if (thread.state !== 'S' && thread.state !== 'I')
      return { ...base, edges: [], live: stateWords(thread.state) };
    if (note?.call.kind === 'sync')
      return { ...base, edges: [{ on: add(callNode(picture, seen, thread, note)) }] };
    const proof = sleepProof(picture, pid, thread);
    return { ...base, proof, ...sleeperWaits(ways, seen, thread, note) };
  }

  const ancestry: Ancestry = {
    picture,
    self,
    tops: self !== undefined ? [self] : roots.map((root) => Number(/:(\d+)/.exec(root)?.[1])),
    node: (id) => graph.get(id),
    epollEdges,
  };

  const ways: SleepWays = { scene, label, channel, epollEdges };

  function channel(pid: number, fd: number, direction: 'read' | 'write'): WaitEdge[] {
    const node = channelNode(ways, pid, fd, direction);
    if (!graph.has(node.id)) add(node);
    return [{ on: node.id, internal: node.edges.every((edge) => edge.internal === true) }];
  }

  function epollEdges(pid: number, set: RawDescriptor | undefined): WaitEdge[] {
    const edges: WaitEdge[] = [];
    // the kernel keeps them in no order that says anything; what was opened last explains the wait best
    for (const { fd, events } of [...(set?.epoll ?? [])].sort((a, b) => b.fd - a.fd)) {
      if (events & EPOLLOUT) edges.push(...channel(pid, fd, 'write'));
      if (events & EPOLLIN || !(events & EPOLLOUT)) edges.push(...channel(pid, fd, 'read'));
    }
    return edges;
  }

  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (graph.has(id)) continue;
    const match = /^(process|ancestor|exit|thread):(\d+)(?:\/(\d+))?$/.exec(id);
    if (!match) continue;
    const pid = Number(match[2]);
    if (match[1] === 'process') add(processNode(pid));
    else if (match[1] === 'ancestor') add(ancestorNode(processNode(pid), ancestry));
    else if (match[1] === 'exit') add(exitNode(pid));
    else add(threadNode(pid, Number(match[3])));
  }
  return graph;
}

function stateWords(state: string): string {
  if (state === 'R') return 'it runs';
  return state === 'T' || state === 't'
    ? 'it is stopped: somebody may let it go on'
    : `its state is ${state}`;
}
