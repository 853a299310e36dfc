/** From one picture of the processes to the graph of who waits for whom. Edges only from evidence. */

import { constants } from 'node:os';
import { EPOLLIN, EPOLLOUT } from '../procfs/parse-descriptor';
import { hasSignal } from '../procfs/parse-process';
import type { RawDescriptor } from '../procfs/procfs';
import { type Ancestry, ancestorNode, ancestorsOf } from './ancestors';
import { callChildren, otherEnd } from './call-children';
import { type ChannelWays, channelNode } from './channels';
import type { WaitEdge, WaitGraph, WaitNode } from './graph';
import { idledFor, isTcp, loopDeadline, ownTimer, pollDeadline, runsDelayedTasks } from './limits';
import { lockHolders } from './locks';
import { type BlockedThread, threadLabel } from './notes';
import type { ProcessPicture, ThreadPicture } from './picture';
import { ancestorId, exitId, processId, type Scene, threadId } from './scene';
import { serversOf } from './servers';
import type { Limit } from './syscalls';

/** A poll for longer waits for an answer; a shorter one may belong to a loop that does other things, too. */
const SHORT_MS = 2000;

/** The graph of everything that the roots wait for, directly or not. Roots are ids as made above. */
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

  const waitedFor = (pid: number, sleep: { readonly pid?: number }) =>
    sleep.pid !== undefined ? [sleep.pid] : (picture.procfs.children(pid) ?? []);

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
    if (note?.call.kind === 'sync') return { ...base, edges: [{ on: callNode(seen, thread, note) }] };
    const proof = sleepProof(pid, tid, thread);
    return { ...base, proof, ...sleeps(seen, thread, note) };
  }

  function sleepProof(pid: number, tid: number, thread: ThreadPicture): string[] {
    const wchan = picture.procfs.wchan(pid, tid);
    const path = tid === pid ? `/proc/${pid}` : `/proc/${pid}/task/${tid}`;
    if (wchan !== undefined && wchan !== '0') return [`${path}/wchan: ${wchan}`];
    return 'name' in thread.sleep ? [`${path}/syscall: ${thread.sleep.name}`] : [];
  }

  type Waiting = Pick<WaitNode, 'edges' | 'live' | 'deadline'>;

  function sleeps(seen: ProcessPicture, { tid, sleep }: ThreadPicture, note?: BlockedThread): Waiting {
    const pid = seen.stat.pid;
    switch (sleep.kind) {
      case 'running':
        return { edges: [], live: 'it runs' };
      case 'timer':
        return { edges: [], live: 'it sleeps on a timer' };
      case 'unknown':
        return { edges: [], live: `not known: ${sleep.why}` };
      case 'descriptors': {
        const edges = [
          ...sleep.reads.flatMap((fd) => channel(pid, fd, 'read')),
          ...sleep.writes.flatMap((fd) => channel(pid, fd, 'write')),
        ];
        if (sleep.limit === 0) return { edges, live: 'it only looks' };
        // it comes round by itself and waits for nobody else: a loop that looks at something, a file perhaps
        if (sleep.limit !== undefined && edges.every(({ internal }) => internal))
          return { edges, live: 'its wait has a limit' };
        const idled = idledFor(scene, pid, tid);
        // it may look at the descriptor between other things that it does: one round tells
        if (idled === 0 && typeof sleep.limit === 'number' && sleep.limit <= SHORT_MS)
          return { edges, live: 'it has not been seen to wait for nothing else' };
        // one that comes round again and again may count how often: it is a limit all the same
        const again = idled !== undefined && idled > 0;
        const deadline =
          sleep.limit === undefined ? undefined : pollDeadline(label(pid), sleep.name, sleep.limit, again);
        const receive = sleep.form === 'direct' && isTcp(picture, pid, sleep.reads[0]);
        if (receive)
          return { edges, deadline: { who: label(pid), what: 'its SO_RCVTIMEO, if it has set one' } };
        return { edges, ...(deadline && { deadline }) };
      }
      case 'epoll': {
        const set = picture.descriptor(pid, sleep.fd);
        if (sleep.limit !== undefined && runsDelayedTasks(picture, pid, tid)) return { edges: [] };
        const edges = epollEdges(pid, set);
        if (sleep.limit === undefined) return { edges };
        const deadline = loopDeadline(scene, label(pid), { pid, tid, limit: sleep.limit, set });
        // an event loop's limit is the next of its own timers, which may do anything; where the loop waits for nobody
        // else, that timer is all that it lives for
        if (!deadline || edges.every(({ internal }) => internal))
          return { edges: [], live: 'its event loop has a timer' };
        return { edges, deadline };
      }
      case 'children': {
        const pids = waitedFor(pid, sleep);
        if (pids.length === 0) return { edges: [], live: 'it has no child to wait for' };
        return { edges: pids.map((child) => ({ on: exitId(child), until: 'to exit' })) };
      }
      case 'futex':
        return futex(seen, sleep, note);
      case 'lock': {
        const found = lockHolders(picture, pid, sleep.fd);
        if (!found) return { edges: [], live: 'the holder of the lock is not known' };
        const until = `to release its lock on ${found.path}`;
        return {
          edges: found.holders.map((holder) => ({ on: processId(holder), until, proof: found.proof })),
        };
      }
      case 'signal': {
        const children = picture.procfs.children(pid) ?? [];
        // the `wait` of a shell: SIGCHLD wakes it
        if (children.length === 0 || !catchesChildSignal(pid, tid))
          return { edges: [], live: 'it waits for a signal' };
        return { edges: children.map((child) => ({ on: exitId(child), until: 'to exit' })) };
      }
    }
  }

  function futex(
    seen: ProcessPicture,
    sleep: { shared: boolean; limit: Limit },
    note?: BlockedThread,
  ): Waiting {
    const pid = seen.stat.pid;
    if (sleep.shared) return { edges: [], live: 'other processes may wake it' };
    const until = note ? 'to call `Atomics.notify`' : 'to wake it';
    const edges = [{ on: processId(pid), internal: true, until }];
    if (note?.call.timeoutMs !== undefined) {
      return {
        edges,
        deadline: { who: threadLabel(note.threadId), what: `its timeout of ${note.call.timeoutMs} ms` },
      };
    }
    if (sleep.limit === undefined) return { edges };
    // after a fork without exec there is one thread, and a lock is all that it can sleep on
    if (seen.stat.forkedWithoutExec)
      return { edges, deadline: { who: label(pid), what: 'the limit of its lock wait' } };
    return { edges, live: 'it sleeps with a limit' };
  }

  function catchesChildSignal(pid: number, tid?: number): boolean {
    const caught = picture.procfs.status(pid, tid)?.signalsCaught;
    return caught !== undefined && hasSignal(caught, constants.signals.SIGCHLD);
  }

  const ancestry: Ancestry = {
    picture,
    self,
    tops: self !== undefined ? [self] : roots.map((root) => Number(/:(\d+)/.exec(root)?.[1])),
    node: (id) => graph.get(id),
    epollEdges: (pid, set) => epollEdges(pid, set),
    waitedFor,
  };

  const ways: ChannelWays = {
    scene,
    owner: (pid, fd) => serversOf(scene, pid, fd),
    epollEdges: (pid, set) => epollEdges(pid, set),
    childExits: (pid) =>
      (picture.procfs.children(pid) ?? []).map((child) => ({
        on: exitId(child),
        until: 'to exit',
        internal: false,
      })),
    catchesChildSignal,
  };

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

  /** A `*Sync` call ends when its child has exited and everybody has let go of its pipes. */
  function callNode(seen: ProcessPicture, thread: ThreadPicture, note: BlockedThread): string {
    const pid = seen.stat.pid;
    const id = `call:${pid}/${thread.tid}`;
    const { call } = note;
    const site = call.site ?? call.fork?.forked;
    const edges: WaitEdge[] = [];
    for (const child of callChildren(picture.procfs, note)) {
      edges.push({ on: exitId(child), until: 'to exit', ...(site && { site }) });
    }
    if (thread.sleep.kind === 'epoll') {
      const set = picture.descriptor(pid, thread.sleep.fd);
      for (const { fd } of set?.epoll ?? []) {
        const end = picture.descriptor(pid, fd);
        if (end?.kind !== 'socket' && end?.kind !== 'pipe') continue;
        for (const holder of otherEnd(picture, pid, end)) {
          if (holder.pid === pid || edges.some((edge) => edge.on === exitId(holder.pid))) continue;
          edges.push({
            on: exitId(holder.pid),
            until: 'to exit or to close the pipe',
            ...(site && { site }),
          });
        }
      }
    }
    const who = threadLabel(note.threadId);
    add({
      id,
      kind: 'call',
      label: `\`${call.api}\``,
      pid,
      needs: 'all',
      edges,
      // a call whose child cannot be told is not judged
      ...(edges.length === 0 && { live: 'its child is not known' }),
      ...(call.timeoutMs !== undefined && {
        deadline: {
          who,
          what: `the \`timeout\` of \`${call.api}\` (${(call.timeoutMs / 1000).toFixed(1)} s)`,
        },
      }),
    });
    return id;
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
