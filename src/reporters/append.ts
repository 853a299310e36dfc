/** Appends whole lines to a file that several processes and threads share. */

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { pause } from '../pause';

const NEWLINE = 10;

/**
 * Whether the file's last line is complete. A long line of another process that is just being written looks
 * torn for a moment, so a torn one is looked at again; if that moment lasts, the file gets an empty line, which
 * readers skip.
 */
function endsWhole(fd: number): boolean {
  const last = Buffer.allocUnsafe(1);
  for (let look = 0; look < 4; look++) {
    if (look > 0) pause(2);
    const { size } = fstatSync(fd);
    if (size === 0 || (readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === NEWLINE)) return true;
  }
  return false;
}

/** What somebody else may have put there: what is written would end up elsewhere, or be read by others. */
export function refuseForeign(stat: Stats): void {
  if (!stat.isFile()) throw new Error('it is not a regular file');
  const user = process.geteuid?.();
  if (user !== undefined && stat.uid !== user) throw new Error('it belongs to another user');
  if (stat.nlink > 1) throw new Error('it has another name as well (a hard link)');
}

/**
 * Appends `line` (without its line break) in one write, which with O_APPEND is never mixed with another
 * process's. The file is opened anew each time: a descriptor kept open could be closed by the program, and its
 * number given to a file of the program's. Links are not followed; a new file is readable by its owner only.
 *
 * @throws the system's error, or an Error that says why the file is refused
 */
export function appendLine(path: string, line: string): void {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    const stat = fstatSync(fd);
    refuseForeign(stat);
    // new, and the umask took our own rights
    if (stat.size === 0 && (stat.mode & 0o600) !== 0o600) fchmodSync(fd, 0o600);
    // somebody was cut off in the middle of a line, perhaps killed: ours must not become its second half
    const before = endsWhole(fd) ? '' : '\n';
    const bytes = Buffer.from(`${before}${line}\n`);
    // a part that the disk has no room for stays: to cut it off could cut off what others have appended since
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
  } finally {
    closeSync(fd);
  }
}
