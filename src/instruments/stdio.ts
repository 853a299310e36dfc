import type { StdioEntry } from '../model';

/** `stdio` as the child will see it, and the streams that were passed in it. */
export interface NormalStdio {
  readonly entries: readonly StdioEntry[];
  readonly streams: ReadonlyMap<number, object>;
}

const NO_STREAMS: ReadonlyMap<number, object> = new Map();
const PIPES: NormalStdio = {
  entries: [0, 1, 2].map((fd) => ({ fd, type: 'pipe' as const })),
  streams: NO_STREAMS,
};

/** Understands the `stdio` option (see Node's `child_process` documentation). What it does not know becomes `ignore`. */
export function normalizeStdio(option: unknown): NormalStdio {
  if (option === undefined || option === null || option === 'pipe' || option === 'overlapped') return PIPES;
  const list = Array.isArray(option) ? option : [option, option, option];
  const streams = new Map<number, object>();
  const entries: StdioEntry[] = [];
  for (let fd = 0; fd < Math.max(3, list.length); fd++) entries.push(entryOf(list[fd], fd, streams));
  return { entries, streams };
}

function entryOf(value: unknown, fd: number, streams: Map<number, object>): StdioEntry {
  if (value === undefined || value === null) return { fd, type: fd < 3 ? 'pipe' : 'ignore' };
  if (value === 'pipe' || value === 'overlapped') return { fd, type: 'pipe' };
  if (value === 'ipc') return { fd, type: 'ipc' };
  if (value === 'inherit') return { fd, type: 'inherit', parentFd: fd };
  if (typeof value === 'number')
    return { fd, type: value === fd && fd < 3 ? 'inherit' : 'fd', parentFd: value };
  if (typeof value !== 'object') return { fd, type: 'ignore' };
  streams.set(fd, value);
  const parentFd = descriptorOf(value);
  if (parentFd === undefined) return { fd, type: 'fd' };
  return { fd, type: parentFd === fd && fd < 3 ? 'inherit' : 'fd', parentFd };
}

/** The descriptor under a stream, a server or a raw handle; undefined where it has none (any more). */
export function descriptorOf(value: object): number | undefined {
  if (isUdp(value)) return undefined;
  const { fd, _handle, handle } = value as { fd?: unknown; _handle?: unknown; handle?: unknown };
  if (typeof fd === 'number') return fd >= 0 ? fd : undefined;
  for (const inner of [_handle, handle]) {
    if (inner && typeof inner === 'object') {
      const number = (inner as { fd?: unknown }).fd;
      if (typeof number === 'number' && number >= 0) return number;
    }
  }
  return undefined;
}

/** Whose `_handle` prints a deprecation warning when it is read (DEP0112). */
function isUdp(value: object): boolean {
  const { type } = value as { type?: unknown };
  return type === 'udp4' || type === 'udp6';
}
