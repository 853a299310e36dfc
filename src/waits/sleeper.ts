/** What a sleeping thread waits for, by the system call that it sleeps in. Edges only from evidence. */

import type { ProcessStat } from '../procfs/parse-process';
import type { RawDescriptor } from '../procfs/procfs';
import { catchesChildSignal, childrenOf, exitsOf } from './child-exits';
import type { WaitEdge, WaitNode } from './graph';
import { idledFor, isTcp, loopDeadline, pollDeadline, runsDelayedTasks } from './limits';
import { lockHolders } from './locks';
import { loopTakesMessages, shellTakesMessages } from './messages';
import { type BlockedThread, threadLabel } from './notes';
import type { Picture, ProcessPicture, ThreadPicture } from './picture';
import { processId, type Scene } from './scene';
import type { Limit, Sleep } from './syscalls';

/** A poll for longer waits for an answer; a shorter one may belong to a loop that does other things, too. */
const SHORT_MS = 2000;

const BY_SIGNAL = 'it may be sent a signal that it handles';

export interface SleepWays {
  readonly scene: Scene;
  /** The name of a process. */
  label(pid: number): string;
  channel(pid: number, fd: number, direction: 'read' | 'write'): readonly WaitEdge[];
  epollEdges(pid: number, set: RawDescriptor | undefined): readonly WaitEdge[];
}

type Waiting = Pick<WaitNode, 'edges' | 'live' | 'deadline'>;

/** `note`: what the thread has left before it blocked. */
export function sleeperWaits(
  ways: SleepWays,
  seen: ProcessPicture,
  { tid, sleep }: ThreadPicture,
  note: BlockedThread | undefined,
): Waiting {
  const { scene, label, epollEdges } = ways;
  const { picture } = scene;
  const { pid } = seen.stat;
  switch (sleep.kind) {
    case 'running':
      return { edges: [], live: 'it runs' };
    case 'timer':
      return { edges: [], live: 'it sleeps on a timer' };
    case 'unknown':
      return { edges: [], live: `not known: ${sleep.why}` };
    case 'descriptors':
      return descriptorWaits(ways, pid, tid, sleep);
    case 'epoll': {
      const set = picture.descriptor(pid, sleep.fd);
      if (sleep.limit !== undefined && runsDelayedTasks(picture, pid, tid)) return { edges: [] };
      if (pid === tid && loopTakesMessages(picture, pid)) return { edges: [], live: BY_SIGNAL };
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
      if (shellTakesMessages(picture, pid)) return { edges: [], live: BY_SIGNAL };
      const pids = childrenOf(picture, pid, sleep.pid);
      if (pids.length === 0) return { edges: [], live: 'it has no child to wait for' };
      return { edges: exitsOf(pids) };
    }
    case 'futex':
      return futexWaits(label(pid), seen.stat, sleep, note);
    case 'lock': {
      const found = lockHolders(picture, pid, sleep.fd);
      if (!found) return { edges: [], live: 'the holder of the lock is not known' };
      const until = `to release its lock on ${found.path}`;
      return {
        edges: found.holders.map((holder) => ({ on: processId(holder), until, proof: found.proof })),
      };
    }
    case 'signal': {
      const children = childrenOf(picture, pid);
      if (shellTakesMessages(picture, pid)) return { edges: [], live: BY_SIGNAL };
      // the `wait` of a shell: SIGCHLD wakes it
      if (children.length === 0 || !catchesChildSignal(picture, pid, tid))
        return { edges: [], live: 'it waits for a signal' };
      return { edges: exitsOf(children) };
    }
  }
}

/** A thread in poll, select, read or the like. */
function descriptorWaits(
  { scene, label, channel }: SleepWays,
  pid: number,
  tid: number,
  sleep: Extract<Sleep, { kind: 'descriptors' }>,
): Waiting {
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
  const receive = sleep.form === 'direct' && isTcp(scene.picture, pid, sleep.reads[0]);
  if (receive) return { edges, deadline: { who: label(pid), what: 'its SO_RCVTIMEO, if it has set one' } };
  return { edges, ...(deadline && { deadline }) };
}

function futexWaits(
  who: string,
  { pid, forkedWithoutExec }: ProcessStat,
  sleep: { readonly shared: boolean; readonly limit: Limit },
  note: BlockedThread | undefined,
): Waiting {
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
  if (forkedWithoutExec) return { edges, deadline: { who, what: 'the limit of its lock wait' } };
  return { edges, live: 'it sleeps with a limit' };
}

/** Where the kernel says in what a thread sleeps. */
export function sleepProof(picture: Picture, pid: number, { tid, sleep }: ThreadPicture): string[] {
  const wchan = picture.procfs.wchan(pid, tid);
  const path = tid === pid ? `/proc/${pid}` : `/proc/${pid}/task/${tid}`;
  if (wchan !== undefined && wchan !== '0') return [`${path}/wchan: ${wchan}`];
  return 'name' in sleep ? [`${path}/syscall: ${sleep.name}`] : [];
}
