/** One look at one late child: what the kernel says about it. Loaded when the first child is late. */

import type { StalledChild, StreamWait } from '../facts/stall';
import type { ForkCall } from '../instruments/fork-call';
import { catchesSignal, hasSignal } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { signalNumber } from '../signals';
import { type OwnEnd, pipeHolders } from './held';
import { graceMs } from './lateness';
import type { Act } from './other-work';
import { type Picture, takePicture } from './picture';
import { type OwnStream, streamWaits } from './streams';

/** In what state a stream may be between two readers, or while its reader has enough. */
const PAUSED: ReadonlySet<StreamWait['reading']> = new Set(['left', 'paused']);

/** A handler of a signal may take so many times as long as anything else before it is called late. */
const HANDLER_TIMES = 5;

export interface LookRequest {
  readonly procfs: Procfs;
  readonly fork: ForkCall;
  readonly pid: number;
  readonly exitedMs?: number;
  /** For so long nothing has moved, in milliseconds. */
  readonly quietMs: number;
  readonly ends: readonly OwnEnd[];
  readonly streams: readonly OwnStream[];
  readonly asked?: { readonly signal: string; readonly ms: number };
  readonly handles?: { readonly queued: number; readonly ms: number };
  readonly stallMs: number;
  /** A signal that those below the child may have got, too: from the child, which catches it, or from somebody else. */
  readonly passedOn: string | null;
  readonly awaitedEnd: StalledChild['awaitedEnd'];
  /** Whether somebody below the child was sent a signal. */
  readonly wasAsked: (pid: number) => boolean;
  /** What the program waits for besides the child, and after which it may act on a stream of it. */
  readonly otherWork: (act: Act) => string | undefined;
}

/** Undefined where the picture shows two moments, or nothing is wrong. */
export function look(request: LookRequest): StalledChild | undefined {
  const { procfs, fork, pid } = request;
  const picture = takePicture(procfs, { pid: process.pid, tids: 'all' });
  const child = fork.child ?? { pid, command: fork.command };
  const scene = {
    picture,
    self: process.pid,
    blocked: [],
    loopRuns: true,
    labels: new Map([[pid, `child \`${child.command}\``]]),
  };
  const waits = request.streams.length > 0 ? streamWaits(scene, pid, request.streams) : [];
  const holders = request.ends.length > 0 ? pipeHolders(picture, process.pid, request.ends, pid) : [];
  const heldBy = holders.filter((holder) => !mayBeEnding(holder.pid, request));
  const asked = request.asked && dispositionOf(request, request.asked);
  const unended = waits.find(({ stream }) => stream === 'stdin');
  // a program that pauses a stream, or takes its reader off, most often goes on within some seconds
  const isPause = request.quietMs < graceMs(request.stallMs);
  const unread = waits.filter(
    ({ stream, reading }) => stream !== 'stdin' && !(isPause && PAUSED.has(reading)),
  );
  const meanwhile = (wait: StreamWait, act: Act) => {
    // whoever calls `read()` itself comes back for more
    const awaited = wait.reading === 'polled' ? undefined : request.otherWork(act);
    return { ...wait, ...(awaited !== undefined && { awaited }) };
  };
  const handles = request.handles && isStarting(picture, request) ? undefined : request.handles;
  const found: StalledChild = {
    fork,
    child,
    ...(request.exitedMs !== undefined && { exitedMs: request.exitedMs }),
    heldBy,
    ...(request.awaitedEnd && { awaitedEnd: request.awaitedEnd }),
    unread: unread.map((wait) => meanwhile(wait, wait.reading === 'paused' ? 'resume' : 'read')),
    ...(unended && { unended: meanwhile(unended, 'write') }),
    ...(asked && { asked }),
    ...(handles && { handles: handlesOf(procfs, pid, handles) }),
  };
  const empty = heldBy.length + found.unread.length === 0 && !unended && !asked && !found.handles;
  return empty ? undefined : found;
}

/** It was asked to end itself, or may have been, with the child: a handler may take its time. */
function mayBeEnding(holder: number, request: LookRequest): boolean {
  const { procfs, passedOn, exitedMs = 0, stallMs, wasAsked } = request;
  if (exitedMs >= Math.max(graceMs(stallMs), HANDLER_TIMES * stallMs)) return false;
  const number = passedOn === null ? undefined : signalNumber(passedOn);
  return wasAsked(holder) || (number !== undefined && catchesSignal(procfs.status(holder), number));
}

/**
 * A Node child that loads its modules has not come to its event loop, whose epoll set gets the channel then. It is
 * given ten times as long.
 */
function isStarting(picture: Picture, { pid, fork, handles, stallMs }: LookRequest): boolean {
  const channel = fork.stdio.find(({ type }) => type === 'ipc');
  if (!channel || !handles || handles.ms >= 10 * stallMs) return false;
  const sets = picture.epollSets(pid);
  return sets.length > 0 && !sets.some((set) => set.epoll.some(({ fd }) => fd === channel.fd));
}

/** What a child does with a signal that it was sent so long ago, if that is not to end. */
export function dispositionOf(
  { procfs, pid, stallMs }: Pick<LookRequest, 'procfs' | 'pid' | 'stallMs'>,
  { signal, ms }: { signal: string; ms: number },
): StalledChild['asked'] {
  const number = signalNumber(signal);
  const status = procfs.status(pid);
  const state = procfs.stat(pid)?.state;
  // a stopped process gets its signals when it goes on
  if (number === undefined || !status || !state || 'ZXTt'.includes(state)) return undefined;
  const shown = (name: string, set: bigint) =>
    `/proc/${pid}/status: ${name}: ${set.toString(16).padStart(16, '0')} has bit ${number - 1} (${signal}) set`;
  if (hasSignal(status.signalsIgnored, number)) {
    return { signal, ms, disposition: 'ignored', proof: [shown('SigIgn', status.signalsIgnored)] };
  }
  if (ms < HANDLER_TIMES * stallMs) return undefined;
  // who blocks a signal may take it all the same, with sigwait(3) or signalfd(2): then it is pending no more
  if (hasSignal(status.signalsBlocked & status.signalsPending, number)) {
    const proof = [shown('SigBlk', status.signalsBlocked), shown('ShdPnd', status.signalsPending)];
    return { signal, ms, disposition: 'blocked', proof };
  }
  // a handler may take its time; other signals than these are caught as a message rather than as an end
  if (catchesSignal(status, number) && (signal === 'SIGTERM' || signal === 'SIGINT')) {
    return { signal, ms, disposition: 'caught', proof: [shown('SigCgt', status.signalsCaught)] };
  }
  return undefined;
}

function handlesOf(
  procfs: Procfs,
  pid: number,
  handles: LookRequest['handles'] & object,
): StalledChild['handles'] & object {
  const stat = procfs.stat(pid);
  const seconds = (handles.ms / 1000).toFixed(1);
  const proof = [`no acknowledgement of the sent handle (NODE_HANDLE_ACK) for ${seconds} s`];
  if (!stat) return { ...handles, proof };
  const { state, userTicks, systemTicks } = stat;
  proof.push(`/proc/${pid}/stat: state ${state}, ${userTicks + systemTicks} ticks of processor time`);
  return { ...handles, proof, ...('Tt'.includes(state) && { stopped: true }) };
}
