import type { AftermathSnapshot, ForkMoment } from '../../src/facts/fork';
import type { Crossing, Descriptor, Finding } from '../../src/model';
import type { Rule } from '../../src/rules/rule';

const SITE = { frames: [{ file: '/app/main.js', line: 7, column: 3 }] };

export const fork: ForkMoment = {
  type: 'fork',
  id: '1.0.1',
  time: 0,
  threadId: 0,
  api: 'spawn',
  command: 'sleep',
  file: 'sleep',
  args: ['sleep', '60'],
  stdio: [0, 1, 2].map((fd) => ({ fd, type: 'pipe' as const })),
  detached: false,
  shell: false,
  blocking: false,
  primitive: 'fork',
  forked: SITE,
  child: { pid: 42, command: 'sleep' },
  blockedMs: 1,
  pendingStdout: 0,
  pendingStderr: 0,
  clearedNonblocking: [],
  unreferenced: false,
  failed: false,
  ending: undefined,
};

export const descriptor: Descriptor = {
  fd: 20,
  kind: 'file',
  target: '/data/000003.log',
  inode: 9,
  closeOnExec: false,
  nonblocking: false,
  append: false,
  access: 'both',
  position: 0,
  locks: [],
  origin: 'unknown',
};

export const leak = (of: Partial<Descriptor> = {}): Crossing => {
  const whole = { ...descriptor, ...of };
  return {
    childFd: whole.fd,
    via: 'leak',
    descriptor: whole,
    proof: [`/proc/self/fdinfo/${whole.fd}: flags`],
  };
};

export const passed = (childFd: number, of: Partial<Descriptor> = {}): Crossing => {
  const whole = { ...descriptor, ...of };
  return { childFd, via: 'stdio', descriptor: whole, proof: [`stdio[${childFd}] is descriptor ${whole.fd}`] };
};

/** A connection, or with `state: 'listen'` a listener, on 127.0.0.1. */
export const socket = (state: string, port = 5432): Partial<Descriptor> => ({
  kind: 'socket',
  target: 'socket:[77]',
  socket: {
    inode: 77,
    protocol: 'tcp',
    state,
    local: state === 'listen' ? `127.0.0.1:${port}` : '127.0.0.1:50000',
    remote: state === 'listen' ? '' : `127.0.0.1:${port}`,
  },
});

type Facts = {
  [K in keyof AftermathSnapshot]?: AftermathSnapshot[K] extends (...args: never[]) => infer R
    ? R
    : AftermathSnapshot[K];
};

/** A snapshot in which nothing is wrong, but for the facts given. */
export function snapshot(
  facts: Omit<Facts, 'moment'> & { moment?: Partial<ForkMoment> } = {},
): AftermathSnapshot {
  const { moment, startsNode = false, slowForkMs = 20, minorFaults = 0, ...read } = facts;
  const defaults = {
    crossings: [],
    program: {
      readsStdin: false,
      pendingStdout: 0,
      pendingStderr: 0,
      cwd: '/app',
      exitListeners: 0,
    },
    readHere: [],
    environment: { preloads: [] },
    memory: { residentBytes: 5e7, pageTableBytes: 1e6 },
    threads: [
      { tid: 1, name: 'node' },
      { tid: 2, name: 'libuv-worker' },
    ],
    children: [],
    workers: 0,
    writers: [],
    directory: undefined,
    strangers: [],
    readerOf: undefined,
    usedByBoth: [],
  };
  const values: Record<string, unknown> = { ...defaults, ...read };
  const methods = Object.fromEntries(Object.keys(values).map((name) => [name, () => values[name]]));
  return {
    moment: { ...fork, ...moment },
    pid: 1,
    startsNode,
    slowForkMs,
    minorFaults,
    ...methods,
    descriptors: (numbers: readonly number[]) =>
      ((read.descriptors as unknown as Descriptor[]) ?? []).filter(({ fd }) => numbers.includes(fd)),
  } as unknown as AftermathSnapshot;
}

/** What a rule finds at a fork or in its aftermath. */
export function found(rule: Rule, of: AftermathSnapshot): Finding[] {
  return [...(rule.fork?.(of) ?? []), ...(rule.aftermath?.(of) ?? [])];
}
