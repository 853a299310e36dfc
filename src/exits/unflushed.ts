import type { Unflushed } from '../facts/exit';
import type { TouchedStdio } from '../instruments/process';
import type { LiveChild } from '../instruments/sink';
import type { Fork } from '../model';
import { channelBacklog, channelHandle, type Handle, queued } from './channel';

/** Whether there is nobody to read what is written: then nobody misses what is lost. */
type IsUnread = (fd: number) => boolean;

function leadsNowhere(handle: Handle | null | undefined, isUnread: IsUnread): boolean {
  return typeof handle?.fd === 'number' && isUnread(handle.fd);
}

/** Bytes that wait in a stream. None once it has failed: its reader is gone then. */
function backlog(
  stream: object | null | undefined,
  isUnread: IsUnread,
): { bytes: number; proof: string } | undefined {
  const { writableLength, destroyed, errored, _handle, _writableState } = (stream ?? {}) as {
    writableLength?: unknown;
    _writableState?: { readonly writelen?: unknown };
    destroyed?: unknown;
    errored?: unknown;
    _handle?: Handle | null;
  };
  if (destroyed === true || errored || typeof writableLength !== 'number' || writableLength === 0)
    return undefined;
  if (leadsNowhere(_handle, isUnread)) return undefined;
  // of the piece that is being written the kernel may have taken a part: what is certainly left of it is what libuv has
  const left = queued(_handle);
  const written = Math.min(Number(_writableState?.writelen ?? writableLength), writableLength);
  const bytes = left > 0 ? writableLength - written + Math.min(left, written) : writableLength;
  return { bytes, proof: `writableLength is ${writableLength}, writeQueueSize is ${left}` };
}

/** Messages that wait in an end of an IPC channel: that of this process, or of one to a child. */
export function messagesIn(end: object, fork: Fork | undefined, isUnread: IsUnread): Unflushed[] {
  const bytes = channelBacklog(end);
  if (bytes === 0 || leadsNowhere(channelHandle(end), isUnread)) return [];
  const proof = [
    `${fork ? 'child' : 'process'}.channel: ${bytes} bytes are queued (writeQueueSize of its pipe)`,
  ];
  if (!fork) return [{ stream: 'the IPC channel to the parent', bytes, proof }];
  return [{ stream: 'the IPC channel', bytes, fork, proof }];
}

/** What this process has accepted for writing, and loses when it ends now. */
export function unflushed(
  touched: TouchedStdio,
  children: Iterable<LiveChild>,
  isUnread: IsUnread,
): Unflushed[] {
  const lost: Unflushed[] = [];
  for (const [fd, name] of [
    [1, 'stdout'],
    [2, 'stderr'],
  ] as const) {
    const waiting = backlog(touched.get(fd), isUnread);
    if (waiting) {
      lost.push({ stream: name, bytes: waiting.bytes, proof: [`process.${name}: ${waiting.proof}`] });
    }
  }
  lost.push(...messagesIn(process, undefined, isUnread));
  for (const { fork, process: child } of children) {
    lost.push(...messagesIn(child, fork, isUnread));
    const input = backlog(child.stdin, isUnread);
    if (input)
      lost.push({ stream: 'stdin', bytes: input.bytes, fork, proof: [`child.stdin: ${input.proof}`] });
  }
  return lost;
}
