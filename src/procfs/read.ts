/**
 * The few calls by which `/proc` is read. The functions of `fs` are taken when this file is loaded: programs
 * replace them, and `fs.readFileSync` itself calls whatever `fs.openSync` is at the time.
 */

import fs, { type Stats } from 'node:fs';
import type { Gap } from '../model';
import { unpatched } from '../originals';

const { readSync, closeSync, readdirSync, readlinkSync, statSync, constants } = fs;
const openSync = unpatched(fs.openSync);

export type Target = number | 'self';

/** Reads that say nothing about us: the process or descriptor that was asked for is gone. */
const GONE = new Set(['ENOENT', 'ESRCH']);

export interface Reader {
  readonly root: string;
  text(path: string): string | undefined;
  /** The first bytes of a small file, in a buffer that the next call uses again; returns their number. */
  head(path: string): number | undefined;
  readonly buffer: Buffer;
  list(path: string): string[] | undefined;
  /** As `list` and `link` in one, without a trace of what fails. */
  links(path: string): Map<string, string> | undefined;
  link(path: string): string | undefined;
  stat(path: string): Stats | undefined;
  /** Bytes at a position, all or nothing; for `/proc/<pid>/mem`. */
  bytes(path: string, position: bigint, length: number): Buffer | undefined;
  /** Opens a directory and closes it again; returns the number that it had. */
  nextDescriptor(path: string): number | undefined;
  failures(): Gap[];
}

export function createReader(root: string): Reader {
  const buffer = Buffer.allocUnsafeSlow(64 * 1024);
  const said = new Set<string>();
  let pending: Gap[] = [];

  function failed(path: string, error: unknown): undefined {
    const code = (error as NodeJS.ErrnoException | null)?.code ?? 'unknown';
    const own = path.startsWith(`${root}/self/`) || !/\/\d+(\/|$)/.test(path.slice(root.length));
    if (GONE.has(code) && !own) return undefined;
    if (GONE.has(code) && /\/(fd|fdinfo|task)\/\d+/.test(path)) return undefined;
    // one gap for each kind of file and error, not one for each process
    const key = `${code} ${path.slice(root.length).replace(/\d+/g, 'N')}`;
    if (said.has(key)) return undefined;
    said.add(key);
    pending.push({ what: path, why: reasonOf(code) });
    return undefined;
  }

  const foreign = isForeign(root);
  if (foreign)
    pending.push({
      what: root,
      why: 'it is mounted for another pid namespace: its pids are not those of this one',
    });

  function attempt<T>(path: string, read: () => T): T | undefined {
    if (foreign) return undefined;
    try {
      return read();
    } catch (error) {
      return failed(path, error);
    }
  }

  return {
    root,
    buffer,
    text: (path) =>
      attempt(path, () =>
        withFile(path, (fd) => {
          const full: Buffer[] = [];
          for (let used = 0; ; ) {
            const length = readSync(fd, buffer, used, buffer.length - used, null);
            used += length;
            if (length === 0) {
              const rest = buffer.subarray(0, used);
              return (full.length === 0 ? rest : Buffer.concat([...full, rest])).toString();
            }
            if (used < buffer.length) continue;
            full.push(Buffer.from(buffer));
            used = 0;
          }
        }),
      ),
    head: (path) => attempt(path, () => withFile(path, (fd) => readSync(fd, buffer, 0, buffer.length, null))),
    list: (path) => attempt(path, () => readdirSync(path)),
    links(path) {
      if (foreign) return undefined;
      const found = new Map<string, string>();
      try {
        for (const name of readdirSync(path)) {
          try {
            found.set(name, readlinkSync(`${path}/${name}`));
          } catch (error) {
            if (!GONE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
          }
        }
        return found;
      } catch {
        return undefined;
      }
    },
    link: (path) => attempt(path, () => readlinkSync(path)),
    stat: (path) => attempt(path, () => statSync(path)),
    bytes: (path, position, length) =>
      attempt(path, () =>
        withFile(path, (fd) => {
          const bytes = Buffer.alloc(length);
          return readSync(fd, bytes, 0, length, position) === length ? bytes : undefined;
        }),
      ),
    nextDescriptor: (path) =>
      attempt(path, () => {
        const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
        closeSync(fd);
        return fd;
      }),
    failures() {
      const drained = pending;
      pending = [];
      return drained;
    },
  };
}

/** Whatever opening it and `use` throw is thrown. */
export function withFile<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, 'r');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whether this is the `/proc` of another pid namespace (pid_namespaces(7)): then its numbers mean other processes. */
function isForeign(root: string): boolean {
  try {
    return readlinkSync(`${root}/self`) !== String(process.pid);
  } catch {
    return false;
  }
}

function reasonOf(code: string): string {
  switch (code) {
    case 'EMFILE':
    case 'ENFILE':
      return `${code}: no descriptor is free to read it with`;
    case 'EACCES':
    case 'EPERM':
      return `${code}: this user has not the right to read it`;
    case 'ENOENT':
      return `${code}: this system does not have it`;
    default:
      return code;
  }
}
