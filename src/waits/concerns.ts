/** What a program does with the streams of one of its children: which of them could be stuck, or call it back. */

import type { ChildProcess } from 'node:child_process';
import type { StalledChild } from '../facts/stall';
import type { ForkCall } from '../instruments/fork-call';
import { descriptorOf } from '../instruments/stdio';
import type { OwnEnd } from './held';
import type { OwnStream } from './streams';

export interface OwnChild {
  readonly fork: ForkCall;
  readonly process: ChildProcess;
  /** When its exit was reported, in milliseconds since 1970. */
  readonly exitedAt?: number;
}

/** What the program sees of one of its streams, read without touching what a getter would make. */
interface StreamLike {
  readonly destroyed?: boolean;
  readonly closed?: boolean;
  readonly readableFlowing?: boolean | null;
  readonly readableEnded?: boolean;
  readonly writableEnded?: boolean;
  readonly readableDidRead?: boolean;
  readonly bytesRead?: number;
  readonly bytesWritten?: number;
  readonly _handle?: { hasRef?(): boolean } | null;
  listenerCount?(name: string): number;
}

/** What could be stuck, as far as the program's own side tells. */
export interface Concerns {
  readonly any: boolean;
  readonly bytes: number;
  readonly ends: readonly OwnEnd[];
  readonly streams: readonly OwnStream[];
}

const NAMES = ['stdin', 'stdout', 'stderr'];

/** `asked`: somebody waits for the child itself, to end or to take a handle. */
export function concernsOf(child: OwnChild, asked: boolean): Concerns {
  const { process, fork, exitedAt } = child;
  const ends: OwnEnd[] = [];
  const streams: OwnStream[] = [];
  let bytes = 0;
  const list = (process.stdio ?? []) as readonly (StreamLike | null | undefined)[];
  for (const [index, stream] of list.entries()) {
    if (!stream || stream.destroyed || stream.closed) continue;
    const fd = descriptorOf(stream);
    if (fd === undefined) continue;
    const name = NAMES[index] ?? `stdio[${index}]`;
    bytes += (stream.bytesRead ?? 0) + (stream.bytesWritten ?? 0);
    if (exitedAt !== undefined) {
      if (index > 0 && isEndAwaited(process, stream)) ends.push({ name, fd });
    } else if (index === 0) {
      if (isLeftOpen(stream, fork)) streams.push({ name, fd, direction: 'input', reading: 'never' });
    } else if (!stream.readableEnded) {
      const reading = readingOf(stream);
      if (reading) streams.push({ name, fd, direction: 'output', reading });
    }
  }
  const channel = (process as { channel?: { fd?: number } | null }).channel;
  if (exitedAt !== undefined && process.connected && typeof channel?.fd === 'number' && channel.fd >= 0) {
    ends.push({ name: 'the IPC channel', fd: channel.fd });
  }
  const any = ends.length > 0 || streams.length > 0 || (exitedAt === undefined && asked);
  return { any, bytes, ends, streams };
}

/** As `StalledChild.awaitedEnd`; `exec` and `execFile` listen for `close`. */
export function awaitedEnd(process: ChildProcess): StalledChild['awaitedEnd'] {
  if (process.listenerCount('close') > 0) return 'close';
  // Node itself listens once
  const waits = (process.stdio ?? []).some((stream, fd) => fd > 0 && (stream?.listenerCount('end') ?? 0) > 1);
  return waits ? 'end' : undefined;
}

/** Somebody listens for `close`, or the open pipe keeps the event loop alive. */
function isEndAwaited(process: ChildProcess, { _handle: handle }: StreamLike): boolean {
  return process.listenerCount('close') > 0 || handle?.hasRef?.() !== false;
}

function readingOf(stream: StreamLike): OwnStream['reading'] | undefined {
  if (stream.readableFlowing === true || hears(stream, ['readable'])) return undefined;
  // what a stream is piped to listens for data; Node pauses the stream when the last such target has closed
  if (stream.readableFlowing === false)
    return stream.readableDidRead === true && !hears(stream, ['data']) ? 'left' : 'paused';
  // whoever calls `read()` itself, in a timer perhaps, has no listener and comes back for more
  if (stream.readableDidRead === true) return 'polled';
  return hears(stream, ['data']) ? undefined : 'never';
}

/** `exec` and `execFile` have a callback that waits for the exit; their stdin is a pipe that nobody asked for. */
function isLeftOpen(stream: StreamLike, fork: ForkCall): boolean {
  if (stream.writableEnded || (stream.bytesWritten ?? 0) > 0) return false;
  return !hears(stream, ['error', 'drain', 'finish', 'unpipe']) && hasCallback(fork);
}

const hasCallback = ({ api }: ForkCall) => api === 'exec' || api === 'execFile';

/** It has ended. */
export function isOver({ exitedAt, process }: OwnChild): boolean {
  return exitedAt !== undefined || process.exitCode !== null || process.signalCode !== null;
}

/** Whether the program is called back when something comes from the child. */
export function isAwaited({ fork, process }: OwnChild): boolean {
  return (
    hasCallback(fork) ||
    hears(process, ['exit', 'close', 'message']) ||
    (process.stdio ?? []).some((stream, fd) => fd > 0 && hears(stream, ['data', 'readable']))
  );
}

/** Whether the child may be held up itself, by output that the program does not read. */
export function isUnread({ process }: OwnChild): boolean {
  return (process.stdio ?? []).some((stream, fd) => {
    const reading = fd > 0 && stream ? readingOf(stream as StreamLike) : undefined;
    return reading === 'never' || reading === 'left';
  });
}

function hears(emitter: object | null | undefined, names: readonly string[]): boolean {
  return names.some((name) => ((emitter as StreamLike | null)?.listenerCount?.(name) ?? 0) > 0);
}

export function isWaitingForInput({ process, fork }: OwnChild): boolean {
  return process.stdin !== null && isLeftOpen(process.stdin as StreamLike, fork);
}
