/** Whether anybody is left who could read what this process writes. */

import fs from 'node:fs';
import type { Procfs } from '../procfs/procfs';
import { createHolders } from '../waits/holders';

const { readlinkSync, writeSync } = fs;

/** `PROC_PID_INIT_INO` of the kernel's include/linux/proc_ns.h: no reader is outside of this pid namespace. */
const ALL_PROCESSES = 'pid:[4026531836]';

/**
 * Whether the other end of a socket or pipe is gone. The kernel says so of a socket when nothing at all is written to
 * it. Of a pipe it would say so only to who writes a byte: there the reader is looked for.
 */
export function hasNoReader(fd: number, procfs: Procfs): boolean {
  try {
    writeSync(fd, '');
    const target = procfs.link('self', fd) ?? '';
    return target.startsWith('pipe:') && isUnread(target, procfs);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPIPE';
  }
}

function isUnread(pipe: string, procfs: Procfs): boolean {
  const session = procfs.stat('self')?.session;
  if (session === undefined || readlinkSync('/proc/self/ns/pid') !== ALL_PROCESSES) return false;
  const holders = createHolders(procfs);
  const readers = holders.of(pipe).filter(({ pid, fd }) => procfs.descriptor(pid, fd)?.access !== 'write');
  return readers.length === 0 && holders.hidden(session, 0).length === 0;
}
