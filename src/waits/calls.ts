/** What the kernel says about a call in which a thread is blocked. */

import { wallClock } from '../clock';
import { cutText } from '../escape';
import type { PipeHolder, StalledCall } from '../facts/stall';
import type { ChildFacts } from '../model';
import type { Procfs } from '../procfs/procfs';
import { buildGraph } from './build-graph';
import { callChildren } from './call-children';
import { registeringLibraries } from './fork-handlers';
import { forkOf } from './fork-note';
import { judge } from './graph';
import { pipeHolders } from './held';
import { type BlockedThread, threadLabel } from './notes';
import type { OutputMessage } from './pending-output';
import { type Picture, takePicture } from './picture';
import type { Progress } from './progress';
import { threadId } from './scene';

/** Longer command lines are cut where they are named again and again. */
const LABEL = 40;

/** One picture of a blocked call; undefined where it shows two moments, or nothing is proven. */
export function lookAtCall(
  procfs: Procfs,
  note: BlockedThread,
  watcher: number,
  progress: Progress,
  pending: readonly OutputMessage[],
  peerOf: (inode: number) => number | undefined,
): StalledCall | undefined {
  const picture = takePicture(procfs, { pid: note.pid, tids: [watcher] });
  const { call } = note;
  const children = call.kind === 'wait' ? [] : callChildren(picture.procfs, note);
  const child = childOf(picture, note, children[0]);
  const labels = new Map(child ? [[child.pid, `child \`${cutText(child.command, LABEL)}\``]] : []);
  const heldBy = call.kind === 'sync' && !child ? holdersOf(picture, note) : [];
  const root = threadId(note.pid, note.tid);
  const scene = {
    picture,
    self: note.pid,
    blocked: [note],
    labels,
    idled: progress.idled(),
    idle: progress.idle(),
    // never fork while a fork of this process hangs
    ...(call.kind !== 'spawn' && { peerOf }),
  };
  const graph = buildGraph(scene, heldBy.length > 0 ? [] : [root]);
  progress.follow([...graph.values()].flatMap(({ kind, pid }) => (kind === 'process' && pid ? [pid] : [])));
  const verdict = judge(graph, root);
  const forking = call.kind === 'spawn' ? lockOf(picture, note, children[0]) : undefined;
  const output = call.kind === 'wait' ? pending.map((one) => outputOf(one)) : [];
  if (heldBy.length === 0 && !verdict && output.length === 0) return undefined;
  if (call.kind === 'spawn' && !forking) return undefined;
  if (verdict && !picture.still(graph.keys())) return undefined;
  return {
    thread: threadLabel(note.threadId),
    kind: call.kind,
    api: call.api,
    ms: wallClock() - progress.since,
    ...(call.site && { site: call.site }),
    ...(call.fork && { fork: forkOf(call.fork) }),
    ...(child && { child }),
    ...(verdict && { verdict }),
    heldBy,
    ...(forking && { forking }),
    output,
    listeners: note.listeners,
  };
}

function outputOf({ threadId: worker, name, since }: OutputMessage): StalledCall['output'][number] {
  const seconds = ((wallClock() - since) / 1000).toFixed(1);
  return {
    worker: threadLabel(worker),
    proof: `${threadLabel(worker)}: the callback of a write to process.${name} has not come for ${seconds} s`,
  };
}

/** What makes two pictures of one call say the same. */
export function sameFinding(a: StalledCall, b: StalledCall): boolean {
  const key = (call: StalledCall) =>
    JSON.stringify([
      call.child?.pid,
      call.verdict?.path,
      call.verdict?.grade,
      call.heldBy.map(({ pid }) => pid),
    ]);
  return key(a) === key(b);
}

function childOf(picture: Picture, note: BlockedThread, pid: number | undefined): ChildFacts | undefined {
  if (pid === undefined) return undefined;
  const { fork } = note.call;
  return { pid, command: fork ? forkOf(fork).command : picture.command(pid) };
}

/** The ends that the loop of a `*Sync` function still reads. */
function holdersOf(picture: Picture, note: BlockedThread): PipeHolder[] {
  const thread = picture.process(note.pid)?.threads?.find(({ tid }) => tid === note.tid);
  if (thread?.sleep.kind !== 'epoll') return [];
  const set = picture.descriptor(note.pid, thread.sleep.fd)?.epoll ?? [];
  const ends = set.flatMap(({ fd }) => {
    const end = picture.descriptor(note.pid, fd);
    if (end?.kind !== 'socket' || end.inode === undefined) return [];
    const theirs = picture.holders.of(`socket:[${end.inode + 1}]`).find(({ pid }) => pid !== note.pid);
    return [{ name: theirs?.fd === 2 ? 'stderr' : 'stdout', fd }];
  });
  return pipeHolders(
    picture,
    note.pid,
    ends.sort((a, b) => a.fd - b.fd),
  );
}

/** The lock on which a process sleeps that has not called exec; its owner, where the kernel lets us see it. */
function lockOf(picture: Picture, note: BlockedThread, pid: number | undefined): StalledCall['forking'] {
  const seen = pid === undefined ? undefined : picture.process(pid);
  const [thread, ...others] = seen?.threads ?? [];
  if (!seen?.stat.forkedWithoutExec || !thread || others.length > 0 || thread.sleep.kind !== 'futex')
    return undefined;
  const { procfs } = picture;
  const owner = ownerOf(procfs, note.pid, pid!, thread.sleep.address);
  return {
    ...(owner !== undefined && { owner: `thread ${owner} of this process` }),
    libraries: () => registeringLibraries(procfs, note.pid),
    proof: [
      `/proc/${pid}/stat: PF_FORKNOEXEC is set, 1 thread`,
      `/proc/${pid}/syscall: futex at 0x${thread.sleep.address.toString(16)}`,
      `/proc/${pid}/wchan: ${procfs.wchan(pid!) ?? 'futex_wait'}`,
      ...(owner !== undefined
        ? [
            `/proc/${pid}/mem: the lock's owner is thread ${owner}; /proc/${note.pid}/task has it, /proc/${pid}/task has not`,
          ]
        : []),
    ],
  };
}

/** glibc's `pthread_mutex_t` on 64-bit machines: the futex word, a count, and at byte 8 the owner's thread id. */
function ownerOf(procfs: Procfs, parent: number, child: number, address: bigint): number | undefined {
  const owner = procfs.bytesAt(child, address, 12)?.readInt32LE(8);
  if (owner === undefined || owner <= 0) return undefined;
  return procfs.threads(parent)?.includes(owner) && !procfs.threads(child)?.includes(owner)
    ? owner
    : undefined;
}
