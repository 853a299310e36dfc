/** What a program waits for besides a child, and what could make it go on with that child when it comes. */

import type { Socket } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { handleUnder } from '../exits/channel';
import type { Procfs } from '../procfs/procfs';
import { inWorker } from '../thread';
import { isAwaited, isOver, isUnread, isWaitingForInput, type OwnChild } from './concerns';
import { GRACE_MS } from './lateness';
import { decode } from './syscalls';

/** Requests to libuv: each ends, and calls the program back. From release 26 on Node does not list those for files. */
const REQUESTS: ReadonlyMap<string, string> = new Map([
  ['FSReqCallback', 'the file system'],
  ['FSReqPromise', 'the file system'],
  ['GetAddrInfoReqWrap', 'a host name'],
  ['QueryReqWrap', 'a host name'],
  ['TCPConnectWrap', 'a connection'],
  ['PipeConnectWrap', 'a connection'],
]);

/** A thread of libuv's pool, as it names itself from release 22 on. It does files, names of hosts, and computing. */
const POOL_THREAD = 'libuv-worker';

/** Milliseconds after which output that waits for its turn has waited too long. */
const TURN_MS = 60_000;

/** What the program has yet to do with a stream of a child: write to it, begin to read it, read on. */
export type Act = 'write' | 'read' | 'resume';

/** What may yet come to the program and make it do so, in words. */
export function otherWork(
  procfs: Procfs,
  otherChildren: readonly OwnChild[],
  workers: readonly Worker[],
  act: Act,
  quietMs: number,
): string | undefined {
  const isStuckToo = act === 'write' ? isWaitingForInput : isUnread;
  const isAtWork = (child: OwnChild) =>
    !isOver(child) &&
    ((isAwaited(child) && !isStuckToo(child)) || (act === 'resume' && isBehindWithInput(child)));
  if (act === 'read' && quietMs > TURN_MS) return undefined;
  if (otherChildren.some(isAtWork)) return 'another child';
  const sockets = openSockets();
  const underWay = workUnderWay(procfs, workers, sockets, act);
  if (underWay !== undefined || act !== 'resume') return underWay;
  // most programs have timers that are for something else
  return somebodyWhoMaySpeak(sockets) ?? (quietMs < GRACE_MS ? ownTimer() : undefined);
}

/**
 * Something that was begun and will have an outcome, in words; undefined where there is nothing of the kind.
 * Timers do not count, because most limit a wait; nor does what waits for others to begin: listeners, and the
 * connections that they have accepted, unless a request is just coming in. Input may come to a child from wherever the
 * program may read; whoever reads a child later waits for something certain.
 */
function workUnderWay(
  procfs: Procfs,
  workers: readonly Worker[],
  sockets: readonly Socket[],
  act: Act,
): string | undefined {
  if (workers.some(isReferenced)) return 'a worker thread';
  for (const name of process.getActiveResourcesInfo()) {
    const request = REQUESTS.get(name);
    if (request !== undefined) return request;
  }
  if (isPoolAtWork(procfs)) return 'the thread pool';
  const accepted = new Set(sockets.filter(isAccepted).map(({ remotePort }) => remotePort));
  for (const socket of sockets) {
    if (isSending(socket)) return 'the rest of a request that it answers';
    if (isInput(socket)) {
      if (act !== 'read') return 'its own stdin';
      continue;
    }
    if (socket.connecting) return 'a connection';
    const { remotePort, localPort } = socket;
    // a program that is its own client waits for itself
    if (remotePort === undefined || isAccepted(socket) || accepted.has(localPort)) continue;
    // that of a database is open for as long as the program lives
    if (act === 'read' && !awaitsResponse(socket)) continue;
    return `an answer on its connection to port ${remotePort}`;
  }
  return undefined;
}

/** A stream is paused for the sake of somebody else: one who takes what the program makes of it, or who says when. */
function somebodyWhoMaySpeak(sockets: readonly Socket[]): string | undefined {
  if (inWorker) return 'the thread that started this one';
  if (process.connected && process.listenerCount('message') > 0) return 'a message of its parent';
  const own = new Set(sockets.filter((socket) => !isAccepted(socket)).map(({ localPort }) => localPort));
  const isForeign = ({ remotePort }: Socket) => remotePort === undefined || !own.has(remotePort);
  return sockets.some((socket) => isAccepted(socket) && isForeign(socket)) ? 'a client' : undefined;
}

function ownTimer(): string | undefined {
  return process.getActiveResourcesInfo().includes('Timeout') ? 'one of its timers' : undefined;
}

function openSockets(): Socket[] {
  // Node has no documented way to tell a connection that was made from one that was accepted
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => readonly object[] };
  return (handles?.call(process) ?? []).filter(isSocket);
}

/** What the program has written to it, of another child's output perhaps, it has not read. */
function isBehindWithInput({ process: { stdin } }: OwnChild): boolean {
  return (stdin?.writableLength ?? 0) > 0;
}

function isPoolAtWork(procfs: Procfs): boolean {
  const { pid } = process;
  const pool = (procfs.threads(pid) ?? []).filter((tid) => procfs.comm(pid, tid) === POOL_THREAD);
  return pool.some((tid) => {
    const call = procfs.syscall(pid, tid);
    return call !== undefined && decode(call, () => undefined).kind !== 'futex';
  });
}

function isSocket(handle: object): handle is Socket {
  return 'remotePort' in handle;
}

function isAccepted(socket: Socket): boolean {
  return Boolean((socket as { server?: unknown }).server);
}

/** A client whose request has begun and not ended; what it sends may be meant for the command. */
function isSending(socket: Socket): boolean {
  const { parser } = socket as { parser?: { incoming?: { complete?: boolean } | null } | null };
  return isAccepted(socket) && parser?.incoming?.complete === false;
}

/** A request of the module `http` that has not been answered. */
function awaitsResponse(socket: Socket): boolean {
  const { _httpMessage: request } = socket as { _httpMessage?: { res?: unknown } | null };
  return request != null && request.res == null;
}

/** Whether the thread keeps the program alive; loggers have one that does not. There is no documented way to ask. */
function isReferenced(worker: Worker): boolean {
  const handle = handleUnder(worker, 'kHandle') as { hasRef?(): boolean } | null | undefined;
  return handle?.hasRef?.() !== false;
}

/** `process.stdin`, which is not made for this. */
function isInput(socket: Socket): boolean {
  return (socket as { fd?: unknown }).fd === 0;
}
