import { join } from 'node:path';
import type { Fork, ForkRecord, Hazard, Party, Site } from '../../src/model';

export const at = (file: string, line: number, column: number, more: object = {}): Site => ({
  frames: [{ file, line, column, ...more }],
});

const server = join(__dirname, 'sample', 'server.js');

export const SAMPLE_CWD = join(__dirname, 'sample');

const main: Party = { id: '7040', kind: 'thread', label: 'the main thread' };
const curl: Party = { id: '7041', kind: 'process', label: 'child `curl`' };

export const waitCycle: Hazard = {
  rule: 'wait-cycles',
  severity: 'error',
  what: 'the main thread and child `curl` wait for each other',
  opened: at(server, 5, 8, { function: 'main' }),
  forked: at(server, 7, 3),
  why: 'the main thread waits for child `curl` to exit; `curl` waits for the main thread to accept its connection to 127.0.0.1:38943; neither goes on until something outside, such as a timeout or a signal, interrupts one of them',
  help: 'use the asynchronous `spawn` or `execFile`, so this thread stays free to answer the child',
  proof: [
    'no progress for 1.0 s',
    '/proc/net/tcp: the connection of pid 7041 to 127.0.0.1:38943 is established and not accepted',
    '/proc/7041/wchan: poll_schedule_timeout.constprop.0',
  ],
  subject: 'curl 127.0.0.1',
  docs: 'docs/rules/wait-cycles.md',
  fingerprint: 'b1946ac92492d234',
  time: Date.UTC(2026, 10, 22, 1, 2, 3, 4),
  pid: 7040,
  threadId: 0,
  fork: '7040-0-1',
  child: { pid: 7041, command: 'curl' },
  waits: [
    { waiter: main, on: curl, until: 'to exit', proof: [] },
    { waiter: curl, on: main, until: 'to accept its connection to 127.0.0.1:38943', proof: [] },
  ],
};

export const sharedLock: Hazard = {
  rule: 'shared-locks',
  severity: 'warning',
  what: 'child `redis-server` gets the lock of ./data/LOCK with descriptor 21',
  opened: {
    frames: [
      {
        file: join(SAMPLE_CWD, 'node_modules/classic-level/index.js'),
        line: 41,
        column: 12,
        function: 'open',
        package: 'classic-level',
      },
      { file: server, line: 9, column: 14, function: 'openStore' },
    ],
  },
  forked: at(server, 12, 3, { function: 'startCache' }),
  why: 'an flock belongs to the open file description, which both processes now share; while the child lives, the lock stays taken after this process has closed the file or ended, and the next start fails with `Resource temporarily unavailable`',
  help: 'open the store after the last `spawn`, or start the child through `setsid -w`, which closes descriptors above 2',
  proof: [
    '/proc/7040/fdinfo/21: lock: 1: FLOCK ADVISORY WRITE 7040 08:01:1835021 0 EOF',
    '/proc/7052/fd/21 -> /srv/app/data/LOCK',
  ],
  subject: 'LOCK',
  docs: 'docs/rules/shared-locks.md',
  fingerprint: '7d793037a0760186',
  time: Date.UTC(2026, 10, 22, 1, 2, 5, 80),
  pid: 7040,
  threadId: 0,
  fork: '7040-0-2',
  child: { pid: 7052, command: 'redis-server' },
  resource: {
    id: 3,
    kind: 'file',
    label: '/srv/app/data/LOCK',
    fd: 21,
    threadId: 0,
    span: { secret: 'no' },
    opened: at(server, 9, 14),
  },
};

export const inherited: Hazard = {
  rule: 'inheritable-descriptors',
  severity: 'info',
  what: 'every child gets descriptor 23, which this process was started with',
  opened: 'there before this process began: its launcher `make` left it open',
  why: 'descriptor 23 has no close-on-exec; children keep it open as long as they live',
  help: 'close it in the launcher, or allow it with `FORKGUARD_ALLOW=inheritable-descriptors`',
  proof: ['/proc/7040/fdinfo/23: flags: 0100001 (no 02000000)'],
  subject: '23',
  docs: 'docs/rules/inheritable-descriptors.md',
  fingerprint: 'aabbccdd00112233',
  time: Date.UTC(2026, 10, 22, 1, 2, 5, 90),
  pid: 7040,
  threadId: 0,
};

export const hazards: readonly Hazard[] = [waitCycle, sharedLock, inherited];

export function fork(id: string, pid: number, command: string, more: Partial<Fork> = {}): ForkRecord {
  return {
    fork: {
      type: 'fork',
      id,
      time: Date.UTC(2026, 10, 22, 1, 2, 2),
      threadId: 0,
      api: 'spawn',
      command,
      file: command,
      args: [command],
      stdio: [],
      detached: false,
      shell: false,
      blocking: false,
      primitive: 'fork',
      forked: at(server, 7, 3),
      child: { pid: pid + 1, command },
      blockedMs: 1.25,
      ...more,
    },
    pid,
    descriptors: { open: 24, inheritable: 1 },
    threads: 11,
  };
}

/** The same hazard with `text` wherever somebody else's words could stand. */
export function hostile(text: string): Hazard {
  return {
    ...sharedLock,
    what: `child ${text} has it`,
    opened: { frames: [{ file: text, line: 3, column: 1, function: text, package: text }] },
    forked: at(`/srv/${text}`, 1, 1),
    why: text,
    help: text,
    proof: [text, `x ${text}`],
    docs: text,
    child: { pid: 1, command: text },
    resource: { id: 1, kind: 'file', label: text, threadId: 0 },
  };
}
