/** Reads the line of source that a frame names. */

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cutText, escapeText } from './escape';
import type { Frame } from './model';
import { redactSource } from './redact';

/** What is longer is not source that a person wrote. */
const SOURCE_BYTES = 4 << 20;
/** UTF-16 units: more than fit on a line, because what is redacted is shorter afterwards. */
const LOOKED_AT = 8192;

/** Where records may be a stranger's: a line of a file that is not source has no business in a report. */
export function isSourceName(file: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(file);
}

/** A path of a frame: ESM frames are URLs. */
export function framePath(file: string): string {
  if (!file.startsWith('file:')) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return file;
  }
}

/** Line `number` (from 1) of a regular file of moderate size; undefined for everything else. Never blocks. */
function sourceLine(file: string, number: number): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(
      framePath(file),
      constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0),
    );
    if (!fstatSync(fd).isFile()) return undefined;
    const chunk = Buffer.allocUnsafe(65_536);
    let line = 1;
    const found: Buffer[] = [];
    for (let position = 0; position < SOURCE_BYTES; ) {
      const size = readSync(fd, chunk, 0, chunk.length, position);
      if (size === 0) break;
      position += size;
      let start = 0;
      while (line <= number) {
        const newline = chunk.subarray(start, size).indexOf(10);
        const end = newline < 0 ? size : start + newline;
        if (line === number) found.push(Buffer.from(chunk.subarray(start, end)));
        if (newline < 0) break;
        start = end + 1;
        line++;
      }
      if (line > number) break;
    }
    const text = Buffer.concat(found).toString('utf8').replace(/\r$/, '');
    return text.includes('\0') || text.includes('\ufffd') || text.trim() === '' ? undefined : text;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/**
 * The line of source at a frame, made fit for `width`: without its indentation, from the frame's column on where
 * the line is long (minified code is one line), tabs as spaces, secrets and control characters out.
 */
export function sourceExcerpt(frame: Frame, width: number): string | undefined {
  const line = sourceLine(frame.file, frame.line);
  if (line === undefined) return undefined;
  const text = line.trim();
  const room = Math.max(20, width);
  const column = Math.max(0, frame.column - 1 - (line.length - line.trimStart().length));
  // from a place that is in no literal, and redacted before it is cut to size: half a secret is not known as one
  const start = text.length <= room || column < room - 10 ? 0 : column;
  const shown = (start > 0 ? '…' : '') + redactSource(text.slice(start, start + LOOKED_AT));
  return cutText(escapeText(shown.slice(0, room + 1).replaceAll('\t', ' ')), room);
}
