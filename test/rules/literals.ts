import type { ConflictSnapshot } from '../../src/facts/conflict';
import type { ExitSnapshot, Keeper, Survivor } from '../../src/facts/exit';
import type { AftermathSnapshot, ForkMoment } from '../../src/facts/fork';
import type { PipeHolder, StalledCall, StalledChild, StallSnapshot } from '../../src/facts/stall';
import type { Crossing, Descriptor, Exit, Finding, Hazard, Wait } from '../../src/model';
import { rules } from '../../src/rules';
import type { Rule, Snapshots } from '../../src/rules/rule';
import type { Deadline, Verdict } from '../../src/waits/graph';

export const SITE = { frames: [{ file: '/app/main.js', line: 7, column: 3 }] };
/** Another than that of the fork. */
export const OTHER = { frames: [{ file: '/app/server.js', line: 2, column: 5 }] };

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

type FactsOf<S> = { [K in keyof S]?: S[K] extends (...args: never[]) => infer R ? R : S[K] };
type Facts = FactsOf<AftermathSnapshot>;

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

/** A child that somebody should have ended. */
export const survivor = (of: Partial<Survivor> = {}): Survivor => ({
  fork,
  child: { pid: 42, command: 'sleep' },
  thread: undefined,
  unreferenced: false,
  madeAtExit: false,
  apart: false,
  shared: [],
  kept: [],
  told: false,
  awaitsUs: false,
  servesUs: false,
  service: false,
  knowsParent: false,
  ignored: [],
  pipes: [],
  connected: false,
  idle: false,
  proof: ['/proc/42/stat: state S, parent 1'],
  ...of,
});

export const keeper = (of: Partial<Keeper> = {}): Keeper => ({
  fork: { ...fork, detached: true },
  child: { pid: 42, command: 'server' },
  through: ['stdout'],
  heard: false,
  proof: ['child.stdout: a reading socket'],
  ...of,
});

/** The end of this process, with code 1, or of something else; nothing is left but what is given. */
export function exit(
  facts: Omit<FactsOf<ExitSnapshot>, 'moment'> = {},
  moment: Partial<Exit> = {},
): ExitSnapshot {
  const nothing = { survivors: [], orphans: [], zombies: [], unflushed: [], thrownAway: [], keepers: [] };
  const values: Record<string, unknown> = {
    ...nothing,
    crash: undefined,
    strangers: [],
    threads: [{ tid: 1, name: 'node' }],
    ...facts,
  };
  return {
    ...Object.fromEntries(Object.keys(values).map((name) => [name, () => values[name]])),
    moment: { type: 'exit', time: 0, threadId: 0, of: 'process', code: 1, ...moment },
    pid: 1,
  } as unknown as ExitSnapshot;
}

export const conflict = (holders: ReturnType<ConflictSnapshot['holders']>): ConflictSnapshot => ({
  moment: {
    type: 'conflict',
    time: 0,
    threadId: 0,
    address: '127.0.0.1:80',
    port: 80,
    listened: OTHER,
  },
  pid: 1,
  holders: () => holders,
});

/** `parties` are the labels along the chain; each waits for the next. */
export function verdict(
  parties: readonly string[],
  until: readonly string[],
  deadlines: readonly Deadline[] = [],
): Verdict {
  const at = (label: string) => ({ id: label, kind: 'thread' as const, label });
  const waits = until.map(
    (words, index): Wait => ({
      waiter: at(parties[index]!),
      on: at(parties[index + 1]!),
      until: words,
      proof: [`/proc/${42 + index}/wchan: sleeps`],
    }),
  );
  return {
    grade: deadlines.length > 0 ? 'limited' : 'stuck',
    waits,
    cycle: parties[0] === parties.at(-1),
    deadlines,
    path: parties,
  };
}

/** `execFileSync('sleep', …)` of the main thread; it is not known why it does not return. */
export const call = (of: Partial<StalledCall> = {}): StalledCall => ({
  thread: 'the main thread',
  kind: 'sync',
  api: 'execFileSync',
  ms: 1234,
  fork: { ...fork, api: 'execFileSync', blocking: true },
  child: { pid: 42, command: 'sleep' },
  heldBy: [],
  output: [],
  listeners: [],
  ...of,
});

/** A child that waits for nobody. */
export const late = (of: Partial<StalledChild> = {}): StalledChild => ({
  fork,
  child: { pid: 42, command: 'sleep' },
  awaitedEnd: 'close',
  heldBy: [],
  unread: [],
  ...of,
});

export const holder = (of: Partial<PipeHolder> = {}): PipeHolder => ({
  pid: 43,
  command: 'tail',
  pipes: ['stdout'],
  proof: ['/proc/43/fd/1 -> socket:[78]'],
  ...of,
});

export const stall = (
  calls: readonly StalledCall[],
  children: readonly StalledChild[] = [],
): StallSnapshot => ({
  moment: { type: 'stall', time: 0, threadId: 0, waitedMs: 1234 },
  pid: 1,
  calls: () => calls,
  children: () => children,
});

/** What a rule finds at a moment, with its severity. */
export function hazards<M extends keyof Snapshots>(
  name: string,
  moment: M,
  of: Snapshots[M],
): (Finding & Pick<Hazard, 'severity'>)[] {
  const rule = rules.find((one) => one.name === name) as Rule;
  const check = rule[moment] as ((snapshot: Snapshots[M]) => Iterable<Finding>) | undefined;
  const findings = [...(check?.(of) ?? [])];
  return findings.map((finding) => ({ severity: rule.severity, ...finding }));
}
