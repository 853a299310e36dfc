import fs from 'node:fs';
import { captureError } from '../site';
import { patch } from './patch';
import type { Sink } from './sink';

const DEPTH = 6;
const READS = new Set<unknown>(['r', 'rs', 'sr']);

/**
 * Where files were opened for writing. Reads are not recorded: they are frequent, and what a child could
 * spoil is what somebody writes.
 */
export function instrumentFs(sink: Sink): void {
  patch(fs, 'openSync', (original, self, args) => {
    const fd = Reflect.apply(original, self, args);
    if (typeof fd === 'number' && isWriting(args[1])) {
      sink.openedFile(fd, textOf(args[0]), captureError(DEPTH));
    }
    return fd;
  });
}

/** Flags of open(2): a number, or a word of Node's. */
function isWriting(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0;
  return flags !== undefined && flags !== null && !READS.has(flags);
}

/** The path as Node understood it: text, bytes or a file URL. */
function textOf(path: unknown): string {
  if (typeof path === 'string') return path;
  if (path instanceof Uint8Array) return Buffer.from(path).toString();
  const { pathname } = path as { pathname?: unknown };
  if (typeof pathname !== 'string') return '';
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
