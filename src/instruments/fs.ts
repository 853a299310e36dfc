import fs from 'node:fs';
import { captureError } from '../site';
import { patch } from './patch';
import type { Sink } from './sink';

const DEPTH = 6;

/**
 * Where files were opened for writing. Reads are not recorded: they are frequent, and what a child could
 * spoil is what somebody writes.
 */
export function instrumentFs(sink: Sink): void {
  patch(fs, 'openSync', (original, self, args) => {
    const fd = Reflect.apply(original, self, args);
    const flags = args[1];
    if (flags !== undefined && flags !== 'r' && flags !== 0 && typeof fd === 'number') {
      sink.openedFile(fd, textOf(args[0]), captureError(DEPTH));
    }
    return fd;
  });
}

/** The path as Node understood it: text, bytes or a file URL. */
function textOf(path: unknown): string {
  if (typeof path === 'string') return path;
  if (path instanceof Uint8Array) return Buffer.from(path).toString();
  const { pathname } = path as { pathname?: unknown };
  return typeof pathname === 'string' ? pathname : '';
}
