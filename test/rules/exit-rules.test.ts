import type { Crash, Orphan, SharedDescriptor, Survivor, Zombie } from '../../src/facts/exit';
import type { Exit, Fork } from '../../src/model';
import { rules } from '../../src/rules';
import {
  conflict,
  descriptor,
  exit,
  fork,
  hazards,
  keeper,
  leak,
  OTHER,
  passed,
  SITE,
  snapshot,
  socket,
  survivor,
} from './literals';

const NOT_DETACHED = 'it is not detached';
const NO_PIPE = 'it has no pipe to this process whose end would tell it';
const OPENED = { id: 1, kind: 'listener' as const, label: 'server', threadId: 0, opened: OTHER };
const STAT = '/proc/42/stat: state S, parent 1';

test('an end that leaves nothing has no findings, whatever rule looks', () => {
  for (const end of ['process', 'thread', 'test', 'child', 'parent'] as const)
    for (const { name } of rules)
      expect([end, name, hazards(name, 'exit', exit({}, { of: end }))]).toEqual([end, name, []]);
});

describe('orphaned-children', () => {
  const of = (what: Parameters<typeof survivor>[0], moment: Partial<Exit> = {}) =>
    hazards('orphaned-children', 'exit', exit({ survivors: [survivor(what)] }, moment));

  test('a child that outlives this process', () => {
    expect(of({})).toEqual([
      {
        severity: 'warning',
        what: 'child `sleep` lives on after this process has ended',
        forked: SITE,
        why: 'a child does not end with the process that made it; pid 42 keeps what it has, such as memory, files and ports, and nobody waits for it',
        help: 'end the child and await its `exit` before this process ends; if it is meant to live on, say so with `detached: true` and `child.unref()`',
        proof: [STAT, NOT_DETACHED, NO_PIPE],
        subject: 'sleep',
        fork: fork.id,
        child: { pid: 42, command: 'sleep' },
      },
    ]);
  });

  test('a child that outlives the worker thread that made it', () => {
    expect(of({ thread: 3 }, { of: 'thread', threadId: 3 })).toMatchObject([
      {
        severity: 'warning',
        what: 'child `sleep` lives on after the worker thread that made it has ended',
        why: 'a child does not end with the worker thread that made it; pid 42 keeps what it has, such as memory, files and ports, and nobody waits for it',
        help: 'end the child in the worker thread and await its `exit` before the thread is ended: `worker.terminate()` lets it run no more code',
        proof: [STAT, NOT_DETACHED, 'that thread has ended: `worker.threadId` is -1', NO_PIPE],
      },
    ]);
  });

  test('a child that outlives a test; what it waits for is not looked at', () => {
    expect(of({}, { of: 'test' })).toMatchObject([
      {
        severity: 'warning',
        what: 'child `sleep` lives on after this test has ended',
        why: expect.stringMatching(/^a child does not end with the test that made it; pid 42 keeps/),
        help: 'end the child in the test and await its `exit`, such as with `child.kill()` in an `afterEach`',
        proof: [STAT, NOT_DETACHED],
      },
    ]);
  });

  test.each<[what: string, Parameters<typeof survivor>[0], help: string]>([
    [
      'ignores what it was sent',
      { ignored: ['SIGTERM', 'SIGHUP'], fork: { ...fork, shell: true } },
      "end the child with a signal that it cannot ignore, `child.kill('SIGKILL')`, or have it handle SIGTERM and SIGHUP; and await its `exit`",
    ],
    [
      'is a shell',
      { fork: { ...fork, shell: true } },
      'end the child and await its `exit` before this process ends; the shell has children of its own, so end its group: `detached: true` and `process.kill(-child.pid)`',
    ],
  ])('the advice for one that %s', (_, what, help) => {
    expect(of(what)[0]?.help).toBe(help);
  });

  test('one signal that it ignores is enough', () => {
    expect(of({ ignored: ['SIGTERM'] })[0]?.help).toContain('or have it handle SIGTERM; and await');
  });

  const detached = { ...fork, detached: true };
  test.each<[proof: string, Parameters<typeof survivor>[0], Exit['of']]>([
    ['it is detached, but `unref()` was not called', { fork: detached }, 'process'],
    ['it is detached, and `unref()` was called', { fork: detached, unreferenced: true }, 'test'],
    ['it is not detached, though `unref()` was called', { unreferenced: true }, 'process'],
    [
      'no thread of it waits on a pipe to this process',
      { pipes: [{ childFd: 1, target: 'pipe:[3]' }] },
      'process',
    ],
  ])('proof: %s', (proof, what, end) => {
    expect(of(what, { of: end })[0]?.proof).toContain(proof);
  });

  test.each<[why: string, Parameters<typeof survivor>[0]]>([
    ['released, in a session of its own', { apart: true, unreferenced: true }],
    ['made where nobody can wait for it any more', { madeAtExit: true }],
    ['told of our end by a pipe', { told: true }],
    ['not known whether it is told', { told: undefined }],
    ['it may watch this process', { knowsParent: true }],
  ])('silent: %s; but a test that leaves it is told', (_, what) => {
    expect(of(what)).toEqual([]);
    expect(of({ thread: 3, ...what }, { of: 'thread' })).toEqual([]);
    expect(of(what, { of: 'test' })).toHaveLength(1);
  });

  test.each<[why: string, Parameters<typeof survivor>[0]]>([
    ['a service for all tests', { service: true }],
    ['one that waits for its channel, of which idle-channels speaks', { connected: true, idle: true }],
  ])('silent after a test: %s; but the end of the process is no test', (_, what) => {
    expect(of(what, { of: 'test' })).toEqual([]);
    expect(of(what)).toHaveLength(1);
  });

  test('after a test, half a reason is none', () => {
    expect(of({ connected: true }, { of: 'test' })).toHaveLength(1);
    expect(of({ idle: true }, { of: 'test' })).toHaveLength(1);
  });

  test('a session of its own or `unref()` alone does not release it', () => {
    expect(of({ apart: true })).toHaveLength(1);
    expect(of({ unreferenced: true })).toHaveLength(1);
  });

  describe('a daemon with nothing of ours, of a process that ends well', () => {
    const stdio: Fork['stdio'] = [
      { fd: 0, type: 'ignore' },
      { fd: 1, type: 'fd', parentFd: 3 },
    ];
    const daemon = { apart: true, fork: { ...fork, stdio } };

    test('is meant', () => {
      expect(of(daemon, { code: 0 })).toEqual([]);
    });

    test.each<[but: string, Parameters<typeof survivor>[0], code: number]>([
      ['the process fails', daemon, 1],
      ['it is in our session', { ...daemon, apart: false }, 0],
      ['it has a pipe to us', { apart: true, fork: { ...fork, stdio: [{ fd: 0, type: 'pipe' }] } }, 0],
      [
        'it has our stderr',
        { apart: true, fork: { ...fork, stdio: [...stdio, { fd: 2, type: 'fd', parentFd: 2 }] } },
        0,
      ],
    ])('but not where %s', (_, what, code) => {
      expect(of(what, { code })).toHaveLength(1);
    });
  });

  test('of one of the main thread the end of a worker thread says nothing', () => {
    expect(of({ thread: undefined }, { of: 'thread' })).toEqual([]);
  });

  test.each(['child', 'parent'] as const)('at the end of a %s nobody has survived', (end) => {
    expect(of({}, { of: end })).toEqual([]);
  });

  describe('what a child leaves', () => {
    const parent = { pid: 42, command: 'sleep 60; true' };
    const orphan = (what: Partial<Orphan>): Orphan => ({
      child: { pid: 43, command: 'sleep' },
      forked: SITE,
      after: 'killed',
      parent,
      proof: ['pid 43 was below pid 42 when that was sent SIGTERM'],
      ...what,
    });
    const left = (what: Partial<Orphan>) =>
      hazards('orphaned-children', 'exit', exit({ orphans: [orphan(what)] }, { of: 'child' }));
    const plain = { ...fork, child: parent };

    test('behind a shell that was killed', () => {
      expect(left({ fork: { ...plain, shell: true } })).toEqual([
        {
          severity: 'warning',
          what: '`sleep` lives on after child `sleep 60; true`, which started it, was killed',
          forked: SITE,
          why: 'the signal went to one process, and what it had started does not end with it; pid 43 runs on, and nobody waits for it',
          help: 'run the command without a shell (`execFile`, or `spawn` without `shell`), or end the whole group: `spawn` with `detached: true`, then `process.kill(-child.pid)`',
          proof: ['pid 43 was below pid 42 when that was sent SIGTERM'],
          subject: 'killed sleep',
          fork: fork.id,
          child: { pid: 43, command: 'sleep' },
        },
      ]);
    });

    test('behind another that has ended by itself', () => {
      const help =
        'end the whole group: `spawn` with `detached: true`, then `process.kill(-child.pid)`; or ask the child to end, with a signal that it handles, so that it can end its own children';
      expect(left({ after: 'ended', fork: plain })).toMatchObject([
        {
          severity: 'warning',
          what: '`sleep` lives on after child `sleep 60; true`, which started it, has ended',
          why: 'the child ended, and what it had started does not end with it; pid 43 runs on, and nobody waits for it',
          help,
          subject: 'ended sleep',
        },
      ]);
      expect(left({ fork: plain })[0]?.help).toBe(help);
      expect(left({})[0]).toMatchObject({ help, fork: undefined });
    });

    test('behind a `*Sync` call whose time was over', () => {
      expect(left({ fork: { ...plain, shell: true, blocking: true } })[0]?.help).toBe(
        'run the command without a shell; or start it with `spawn` and `detached: true`, and end its group with `process.kill(-child.pid)` when its time is over',
      );
    });

    test('by another thread, in a test', () => {
      expect(left({ after: 'thread' })).toEqual([
        {
          severity: 'warning',
          what: 'child `sleep` of another thread lives on after this test has ended',
          forked: SITE,
          why: 'a child ends neither with the test nor with the worker thread that made it; pid 43 keeps what it has, such as memory, files and ports, and nobody waits for it',
          help: 'end the child in the worker thread and await its `exit` before the thread ends',
          proof: ['pid 43 was below pid 42 when that was sent SIGTERM'],
          subject: 'thread sleep',
          child: { pid: 43, command: 'sleep' },
        },
      ]);
    });

    test('this process itself, whose parent has ended', () => {
      expect(left({ after: 'self', child: { pid: 1, command: 'node server.js' } })).toEqual([
        {
          severity: 'warning',
          what: 'this process, `node server.js` (pid 1), lives on after its parent, pid 42, has ended',
          why: 'a child does not end with its parent, and a parent that is killed cannot end it; this one keeps what it has, such as memory, files and ports, and nobody waits for it',
          help: "have the child watch its parent: start it with `child_process.fork()` and end on `process.on('disconnect')`, or pass a pipe as `stdin` and end with it",
          proof: ['pid 43 was below pid 42 when that was sent SIGTERM'],
          subject: 'self node server.js',
          child: { pid: 1, command: 'node server.js' },
        },
      ]);
    });
  });
});

describe('zombie-children', () => {
  const of = (what: Partial<Zombie>, moment: Partial<Exit> = {}) => {
    const zombie: Zombie = {
      child: { pid: 42, command: 'sleep' },
      kind: 'thread',
      proof: ['/proc/42/stat: state Z, parent 1, for 0.5 s'],
      ...what,
    };
    return hazards('zombie-children', 'exit', exit({ zombies: [zombie] }, moment));
  };
  const help =
    "await the child's `exit` in the worker thread before it ends (`unref()` and `worker.terminate()` do not), or start the child from the main thread";

  test('of a worker thread that has ended', () => {
    expect(of({ fork })).toEqual([
      {
        severity: 'warning',
        what: 'child `sleep` of a worker thread that has ended is a zombie',
        forked: SITE,
        why: 'only the event loop of the thread that made a child waits for it; pid 42 stays in the process table until this process ends, and such zombies add up until no process can be made',
        help,
        proof: ['/proc/42/stat: state Z, parent 1, for 0.5 s'],
        subject: 'thread sleep',
        fork: fork.id,
        child: { pid: 42, command: 'sleep' },
      },
    ]);
  });

  test('of a worker thread that ends: the child lives yet', () => {
    expect(of({}, { of: 'thread' })).toMatchObject([
      {
        severity: 'warning',
        what: 'nobody waits for child `sleep` of a worker thread that ends',
        why: 'only the event loop of the thread that made a child waits for it; once pid 42 has ended it stays in the process table until this process ends, and such zombies add up until no process can be made',
        help,
      },
    ]);
  });

  test('a daemon of a worker thread is info', () => {
    expect(of({ released: true }, { of: 'thread' })[0]?.severity).toBe('info');
    expect(of({ released: false }, { of: 'thread' })[0]?.severity).toBe('warning');
  });

  test('an orphan that the kernel handed to pid 1', () => {
    expect(of({ kind: 'adopted' })).toEqual([
      {
        severity: 'warning',
        what: 'child `sleep`, an orphan that the kernel handed to this process as pid 1, is a zombie',
        why: 'orphans become children of pid 1, which must wait for them when they end; Node waits only for children that it made itself, so zombies add up until no process can be made',
        help: 'start the container with an init process: `docker run --init`, `init: true` in a compose file, or `tini` as entry point',
        proof: ['/proc/42/stat: state Z, parent 1, for 0.5 s'],
        subject: 'adopted sleep',
        child: { pid: 42, command: 'sleep' },
      },
    ]);
  });

  test('one whose end somebody else has taken', () => {
    expect(of({ kind: 'stolen', fork }, { of: 'child' })).toMatchObject([
      {
        severity: 'warning',
        what: 'child `sleep` has ended, but Node was never told',
        why: 'somebody else in this process has waited for pid 42, such as native code with `waitpid(-1)`; the kernel gives an exit to one waiter, so `exit` and `close` never fire, and whoever awaits them waits for ever',
        help: 'have the native code wait for the pids that it made itself (`waitpid(pid, …)`), or run it in a process of its own',
        subject: 'stolen sleep',
      },
    ]);
  });
});

describe('truncated-output', () => {
  const wait = 'set `process.exitCode` and let the process end by itself';
  const of = (facts: Parameters<typeof exit>[0]) =>
    hazards('truncated-output', 'exit', exit(facts, { site: OTHER }));

  test('what this process has not written: the child is itself', () => {
    const proof = ['process.stdout: writableLength is 70000'];
    expect(of({ unflushed: [{ stream: 'stdout', bytes: 70000, proof }] })).toEqual([
      {
        severity: 'error',
        what: '70000 bytes written to stdout are lost because this process ends',
        ended: OTHER,
        why: 'the reader has not taken them yet, so they wait in the memory of this process and go with it; the reader sees a document or message that is cut off, or none',
        help: `${wait}, or exit in the callback of the last write: \`process.stdout.write(text, () => process.exit())\``,
        proof,
        subject: 'stdout',
        child: { pid: 1, command: 'node' },
      },
    ]);
  });

  test('what a child has not been given', () => {
    expect(of({ unflushed: [{ stream: 'stdin', bytes: 9, fork, proof: ['9'] }] })).toEqual([
      {
        severity: 'error',
        what: '9 bytes written to stdin of child `sleep` are lost because this process ends',
        forked: SITE,
        ended: OTHER,
        why: expect.stringContaining('go with it'),
        help: `${wait}, or exit when the child has: \`child.on('close', …)\``,
        proof: ['9'],
        subject: 'stdin of child `sleep`',
        fork: fork.id,
        child: { pid: 42, command: 'sleep' },
      },
    ]);
  });

  test('messages to the parent, and to a child', () => {
    const [up, down] = of({
      unflushed: [
        { stream: 'the IPC channel to the parent', bytes: 9, proof: ['9'] },
        { stream: 'the IPC channel', bytes: 9, fork, proof: ['9'] },
      ],
    });
    const last = (who: string) =>
      `${wait}, or exit in the callback of the last message: \`${who}.send(message, () => process.exit())\``;
    expect(up).toMatchObject({ severity: 'error', help: last('process') });
    expect(up?.what).toContain('written to the IPC channel to the parent are lost');
    expect(down).toMatchObject({ severity: 'error', help: last('child') });
    expect(down?.what).toContain('written to the IPC channel of child `sleep` are lost');
  });

  test('what Node threw away before anybody listened', () => {
    const thrown = { fork, stream: 'stdout', bytes: 6, proof: ['bytesRead 6, readableDidRead false'] };
    expect(of({ thrownAway: [{ ...thrown, listened: OTHER }] })).toEqual([
      {
        severity: 'error',
        what: '6 bytes of stdout of child `sleep` were thrown away before anybody listened',
        forked: SITE,
        why: "when a child has exited and its output has no reader, Node reads what is left and drops it, so that `close` can come; a listener that is added later, such as after `await once(child, 'exit')`, sees the end of an empty or cut-off stream",
        help: 'listen for `child.stdout` in the same tick in which the child is made, and await `close` instead of `exit`; `execFile` collects the output by itself',
        proof: ['bytesRead 6, readableDidRead false', 'that listener was added at line 2 of /app/server.js'],
        subject: 'stdout of child `sleep`',
        fork: fork.id,
        child: { pid: 42, command: 'sleep' },
      },
    ]);
    expect(of({ thrownAway: [{ ...thrown, listened: { frames: [] } }] })[0]?.proof).toEqual(thrown.proof);
  });
});

describe('unheard-errors', () => {
  const proof = ['child.stdin: 0 listeners for error'];
  const crash = { fork: { ...fork, command: 'sleep 60' }, stream: 'stdin', code: 'EPIPE', proof };
  const of = (what: Partial<Crash>, end: Exit['of'] = 'process') =>
    hazards('unheard-errors', 'exit', exit({ crash: { ...crash, ...what } }, { of: end }));

  test('ends this process', () => {
    expect(of({})).toEqual([
      {
        severity: 'error',
        what: 'this process dies of EPIPE on stdin of child `sleep`',
        forked: SITE,
        why: 'the child has ended or closed its end, so a write of this process failed; Node emits that as `error` on `child.stdin`, and an `error` event without a listener ends the process',
        help: "listen: `child.stdin.on('error', …)`, where EPIPE says that the child wants no more; or write through `stream.pipeline`",
        proof,
        subject: 'stdin',
        fork: fork.id,
        child: { pid: 42, command: 'sleep' },
      },
    ]);
  });

  test('ends this worker thread', () => {
    expect(of({ stream: 'stdio[3]', code: 'ECONNRESET' }, 'thread')).toMatchObject([
      {
        what: 'this worker thread dies of ECONNRESET on stdio[3] of child `sleep`',
        why: 'the child has ended or closed its end, so a write of this worker thread failed; Node emits that as `error` on `child.stdio[3]`, and an `error` event without a listener ends the worker thread',
        help: expect.stringMatching(/^listen: `child\.stdio\[3\]\.on\(/),
      },
    ]);
  });

  test('a child that never came to life is named by its command', () => {
    const [finding] = of({ fork: { ...fork, child: undefined, command: 'cat' } });
    expect(finding?.what).toBe('this process dies of EPIPE on stdin of child `cat`');
    expect(finding?.child).toBeUndefined();
  });
});

describe('half-detached-children', () => {
  const pipes = [0, 1, 2].map((childFd) => ({ childFd, target: `socket:[${70 + childFd}]` }));
  const released = { fork: { ...fork, detached: true }, unreferenced: true, pipes };
  const of = (what: Parameters<typeof survivor>[0], moment: Partial<Exit> = {}) =>
    hazards('half-detached-children', 'exit', exit({ survivors: [survivor(what)] }, moment));

  test('writes into pipes that end with this process', () => {
    expect(of(released)).toEqual([
      {
        severity: 'warning',
        what: 'detached child `sleep` loses the reader of its stdout and stderr when this process ends',
        forked: SITE,
        why: "its stdout and stderr are pipes that only this process reads; the child's next write to one of them fails with EPIPE, and SIGPIPE ends the child unless it ignores that signal",
        help: "give the child output of its own: `stdio: 'ignore'`, or `['ignore', log, log]` with a file that was opened for appending",
        proof: [
          STAT,
          '/proc/42/fd/1 -> socket:[71]',
          '/proc/42/fd/2 -> socket:[72]',
          'it is detached and `unref()` was called on it',
        ],
        subject: 'sleep',
        fork: fork.id,
        child: { pid: 42, command: 'sleep' },
      },
    ]);
  });

  test('one pipe is one', () => {
    expect(of({ ...released, pipes: pipes.slice(0, 2) })).toMatchObject([
      {
        what: 'detached child `sleep` loses the reader of its stdout when this process ends',
        why: "its stdout is a pipe that only this process reads; the child's next write to it fails with EPIPE, and SIGPIPE ends the child unless it ignores that signal",
      },
    ]);
    expect(of({ ...released, pipes: pipes.slice(2) })[0]?.what).toContain('of its stderr when');
  });

  test('info where this process is connected to it: it may end for that', () => {
    expect(of({ ...released, servesUs: true })[0]?.severity).toBe('info');
  });

  test.each<[why: string, Parameters<typeof survivor>[0], Partial<Exit>?]>([
    ['not detached', { ...released, fork }],
    ['not released', { ...released, unreferenced: false }],
    ['of another thread', { ...released, thread: 3 }],
    ['no output is a pipe', { ...released, pipes: pipes.slice(0, 1) }],
    ['it waits for this process', { ...released, awaitsUs: true }],
    ['not known whether it waits', { ...released, awaitsUs: undefined }],
    ['a test has ended, this process goes on', released, { of: 'test' }],
    ['a worker thread has ended', released, { of: 'thread' }],
  ])('silent: %s', (_, what, moment = {}) => {
    expect(of(what, moment)).toEqual([]);
  });

  describe('keeps alive', () => {
    const keeps = (what: Parameters<typeof keeper>[0], moment: Partial<Exit> = { of: 'child' }) =>
      hazards('half-detached-children', 'exit', exit({ keepers: [keeper(what)] }, moment))[0];
    const ownOutput =
      "give the child output of its own: `stdio: 'ignore'`, or `['ignore', log, log]` with a file that was opened for appending";

    test('this process, through a pipe', () => {
      expect(keeps({})).toEqual({
        severity: 'warning',
        what: 'detached child `server` keeps this process alive through its stdout, although `unref()` was called',
        forked: SITE,
        why: '`child.unref()` says that nobody need wait for the exit of the child, but its stdout still keeps the event loop alive; this process, which has nothing else to do, ends only when the child does',
        help: `${ownOutput}; or let go of the rest, too: \`child.stdout.unref()\``,
        proof: [
          'child.stdout: a reading socket',
          'process.getActiveResourcesInfo() had nothing else, twice',
          'it is detached and `unref()` was called on it',
        ],
        subject: 'keeps server',
        fork: fork.id,
        child: { pid: 42, command: 'server' },
      });
    });

    test('a worker thread, through several', () => {
      expect(keeps({ through: ['stderr', 'IPC channel'] }, { of: 'child', threadId: 2 })).toMatchObject({
        severity: 'warning',
        what: 'detached child `server` keeps this worker thread alive through its stderr and IPC channel, although `unref()` was called',
        why: expect.stringContaining(
          'but its stderr and IPC channel still keep the event loop alive; this worker thread, which',
        ),
        help: `${ownOutput}; or let go of the rest, too: \`child.stderr.unref()\`, \`child.disconnect()\``,
      });
    });

    test('through its channel alone', () => {
      expect(keeps({ through: ['IPC channel'] })?.help).toBe(
        'end the connection once nothing more is to be said: `child.disconnect()`',
      );
    });

    test('info where the program listens: it may mean to', () => {
      expect(keeps({ heard: true })?.severity).toBe('info');
    });
  });
});

describe('idle-channels', () => {
  const waiting = { connected: true, idle: true };
  const of = (what: Parameters<typeof survivor>[0], end: Exit['of'] = 'test') =>
    hazards('idle-channels', 'exit', exit({ survivors: [survivor(what)] }, { of: end }));

  test('a child that waits for its channel, and a test that is over', () => {
    expect(of(waiting)).toEqual([
      {
        severity: 'warning',
        what: 'child `sleep` waits for a message of its IPC channel after the test has ended',
        forked: SITE,
        why: 'each end of the channel keeps its process alive until one of them disconnects; both wait for a message that nobody sends',
        help: 'call `child.disconnect()` when the last answer has come, or end the child and await its `exit`',
        proof: [
          STAT,
          'child.connected is true',
          'the epoll sets of pid 42 hold no other socket or pipe to anybody',
        ],
        subject: 'sleep',
        fork: fork.id,
        child: { pid: 42, command: 'sleep' },
      },
    ]);
  });

  test.each<[why: string, Parameters<typeof survivor>[0], Exit['of']?]>([
    ['disconnected', { idle: true }],
    ['it has other work', { connected: true }],
    ['a service for all tests', { ...waiting, service: true }],
    ['no test: nobody says that the work is done', waiting, 'process'],
    ['the end of a worker thread', waiting, 'thread'],
  ])('silent: %s', (_, what, end = 'test') => {
    expect(of(what, end)).toEqual([]);
  });
});

describe('lingering-stdio', () => {
  const shares = (childFd: number, of: Partial<SharedDescriptor['descriptor']>): SharedDescriptor => ({
    childFd,
    descriptor: { ...descriptor, kind: 'pipe', target: 'pipe:[3]', ...of },
    served: undefined,
    proof: [`/proc/self/fd/${of.fd} and /proc/42/fd/${childFd} -> pipe:[3]`],
  });
  const detached = { ...fork, detached: true };
  const of = (shared: SharedDescriptor, by: Fork = detached, end: Exit['of'] = 'process') => {
    const survivors = [survivor({ fork: by, shared: [shared] })];
    return hazards('lingering-stdio', 'exit', exit({ survivors }, { of: end }));
  };
  const all = (what: Partial<Survivor>) =>
    hazards('lingering-stdio', 'exit', exit({ survivors: [survivor({ fork: detached, ...what })] }));

  test('a detached child keeps our stdout, under whatever number', () => {
    expect(of(shares(5, { fd: 1 }))).toEqual([
      {
        severity: 'warning',
        what: 'detached child `sleep` keeps the stdout of this process open',
        forked: SITE,
        why: "stdout is a pipe; its reader sees the end only when the child, too, has closed it, so a CI step, `| tee` or `exec()` that waits for this process's output waits until the child exits",
        help: "give the child its own output: `stdio: 'ignore'`, or `['ignore', log, log]` with a file that was opened for appending",
        proof: [
          '/proc/self/fd/1 and /proc/42/fd/5 -> pipe:[3]',
          'pid 42 is detached and lives while this process exits',
        ],
        subject: 'stdout',
        fork: fork.id,
        child: { pid: 42, command: 'sleep' },
      },
    ]);
  });

  test('stderr that is a socket', () => {
    expect(of(shares(2, { fd: 2, kind: 'socket' }))).toMatchObject([
      {
        severity: 'warning',
        what: 'detached child `sleep` keeps the stderr of this process open',
        why: expect.stringMatching(/^stderr is a socket/),
        subject: 'stderr',
      },
    ]);
  });

  test('one pipe that is stdout and stderr, as after `2>&1`, is told once; two are told each', () => {
    const stdout = shares(1, { fd: 1 });
    expect(all({ shared: [stdout, shares(2, { fd: 2 })] })).toMatchObject([
      {
        what: 'detached child `sleep` keeps the stdout and stderr of this process open',
        why: expect.stringMatching(/^stdout and stderr are one pipe; its reader/),
        proof: [
          '/proc/self/fd/1 and /proc/42/fd/1 -> pipe:[3]',
          '/proc/self/fd/2 and /proc/42/fd/2 -> pipe:[3]',
          'pid 42 is detached and lives while this process exits',
        ],
        subject: 'stdout and stderr',
      },
    ]);
    const stderr = shares(2, { fd: 2, target: 'pipe:[4]' });
    expect(all({ shared: [stdout, stderr] })).toMatchObject([{ subject: 'stdout' }, { subject: 'stderr' }]);
  });

  test('made in a listener of exit, as by a program that starts itself anew: info', () => {
    expect(all({ shared: [shares(1, { fd: 1 })], madeAtExit: true })).toMatchObject([{ severity: 'info' }]);
  });

  test.each<[why: string, SharedDescriptor, Fork?, Exit['of']?]>([
    ['not detached: it is not meant to live on', shares(1, { fd: 1 }), fork],
    ['a file: nobody waits for its end', shares(1, { fd: 1, kind: 'file' })],
    ['a terminal', shares(1, { fd: 1, kind: 'pty' })],
    ['our stdin', shares(3, { fd: 0 })],
    ['another pipe of ours', shares(3, { fd: 3 })],
    ['it reads from it', shares(0, { fd: 1 })],
    ['a worker thread ends, this process goes on', shares(1, { fd: 1 }), detached, 'thread'],
  ])('silent: %s', (_, shared, by = detached, end = 'process') => {
    expect(of(shared, by, end)).toEqual([]);
  });
});

describe('inherited-listeners', () => {
  test('one that leaks into a child; not what is passed or connected', () => {
    const of = (...crossings: ReturnType<typeof leak>[]) =>
      hazards('inherited-listeners', 'fork', snapshot({ crossings }));
    const listener = { ...socket('listen', 80), resource: OPENED };
    expect(of(leak(listener))).toEqual([
      {
        severity: 'warning',
        what: 'child `sleep` inherits the listening socket 127.0.0.1:80',
        opened: OTHER,
        forked: SITE,
        why: 'the child has the listening socket as descriptor 20; the port stays bound while the child lives, so after this process has exited the next start fails with EADDRINUSE',
        help: 'have whoever opens the socket set close-on-exec (`SOCK_CLOEXEC`), or close it in the launcher',
        proof: ['/proc/self/fdinfo/20: flags', '/proc/net/tcp: 127.0.0.1:80 is in state LISTEN'],
        subject: '127.0.0.1:80',
        fork: fork.id,
        child: { pid: 42, command: 'sleep' },
        resource: OPENED,
      },
    ]);
    expect(of(passed(3, listener))).toEqual([]);
    expect(of(leak(socket('established')))).toEqual([]);
  });

  const shared = (of: Partial<SharedDescriptor>): SharedDescriptor => ({
    childFd: 3,
    descriptor: { ...descriptor, ...socket('listen', 80), closeOnExec: true, resource: OPENED },
    served: false,
    proof: ['/proc/self/fd/20 and /proc/42/fd/3 -> socket:[77]'],
    ...of,
  });
  const of = (what: Parameters<typeof survivor>[0], end: Exit['of'] = 'process') =>
    hazards('inherited-listeners', 'exit', exit({ survivors: [survivor(what)] }, { of: end }));
  const kept = {
    childFd: 3,
    served: false,
    proof: ['/proc/42/fd/3 -> socket:[77]'],
    socket: shared({}).descriptor.socket!,
    opened: OTHER,
  };
  const rest = {
    severity: 'warning',
    forked: SITE,
    why: 'the child has the listening socket as descriptor 3 and does not serve it; the port stays bound until the child exits, so the next start fails with EADDRINUSE',
    help: "leave the listener out of the child's `stdio`, or end the child before this process exits",
    subject: '127.0.0.1:80',
    fork: fork.id,
    child: { pid: 42, command: 'sleep' },
  };
  const proof = [
    '/proc/net/tcp: 127.0.0.1:80 is in state LISTEN',
    'no epoll set of pid 42 has descriptor 3, and none of its threads waits in accept, poll or select',
  ];

  test('one that a child keeps and does not serve, at the end of this process', () => {
    expect(of({ shared: [shared({})] })).toEqual([
      {
        ...rest,
        what: 'child `sleep` keeps the listening socket 127.0.0.1:80 after this process exits',
        opened: OTHER,
        resource: OPENED,
        proof: ['/proc/self/fd/20 and /proc/42/fd/3 -> socket:[77]', ...proof],
      },
    ]);
  });

  test('one that was closed here before', () => {
    expect(of({ kept: [kept] })).toEqual([
      {
        ...rest,
        what: 'child `sleep` keeps the listening socket 127.0.0.1:80, which was closed here, after this process exits',
        opened: OTHER,
        proof: ['/proc/42/fd/3 -> socket:[77]', ...proof],
      },
    ]);
  });

  test.each<[why: string, Parameters<typeof survivor>[0], Exit['of']?]>([
    ['served', { shared: [shared({ served: true })], kept: [{ ...kept, served: true }] }],
    ['not known', { shared: [shared({ served: undefined })], kept: [{ ...kept, served: undefined }] }],
    [
      'it leaked, which was reported at the fork',
      { shared: [shared({ descriptor: { ...shared({}).descriptor, closeOnExec: false } })] },
    ],
    [
      'a connection',
      { shared: [shared({ descriptor: { ...shared({}).descriptor, ...socket('established') } })] },
    ],
    ['a test has ended, this process goes on', { shared: [shared({})], kept: [kept] }, 'test'],
  ])('silent: %s', (_, what, end = 'process') => {
    expect(of(what, end)).toEqual([]);
  });

  describe('in the way of listen', () => {
    const found = (stdio: Fork['stdio'], opened?: typeof SITE) => {
      const child = { pid: 42, command: 'sleep' };
      const proof = ['/proc/42/fd/3 -> socket:[77]'];
      return hazards(
        'inherited-listeners',
        'conflict',
        conflict([{ fork: { ...fork, stdio }, child, childFd: 3, opened, proof }]),
      );
    };

    test('a listener that was passed', () => {
      expect(found([{ fd: 3, type: 'fd', parentFd: 20 }], SITE)).toEqual([
        {
          severity: 'error',
          what: 'child `sleep` still has the listening socket on 127.0.0.1:80, so listen fails',
          opened: SITE,
          forked: SITE,
          why: 'the child got the socket as descriptor 3; closing the server here does not free the port while the child has it, so `listen` fails with EADDRINUSE until the child closes it or exits',
          help: "leave the listener out of the child's `stdio`, or end the child before the port is opened here again",
          proof: ['listen: EADDRINUSE', '/proc/42/fd/3 -> socket:[77]'],
          subject: '127.0.0.1:80',
          fork: fork.id,
          child: { pid: 42, command: 'sleep' },
        },
      ]);
    });

    test('a server that was sent', () => {
      const help =
        'have the child close the server that it was sent, or end the child, before the port is opened here again';
      expect(found([{ fd: 3, type: 'ipc' }])).toMatchObject([{ help, opened: OTHER }]);
      expect(found([{ fd: 4, type: 'fd', parentFd: 20 }])).toMatchObject([{ help }]);
    });
  });
});

describe('forks-without-exec', () => {
  const stranger = { pid: 42, command: 'app', state: 'S', forkedWithoutExec: true, known: false };
  const of = (names: readonly string[]) => {
    const threads = names.map((name, index) => ({ tid: index + 1, name }));
    return hazards('forks-without-exec', 'exit', exit({ strangers: [stranger], threads }));
  };

  test('native code that forked a process with threads', () => {
    expect(of(['node', 'libuv-worker', 'libuv-worker', 'V8'])).toEqual([
      {
        severity: 'warning',
        what: 'native code forked child 42 `app`, which has not called exec',
        opened: 'not seen: native code of this process called fork',
        why: 'the child has only the thread that called fork; locks that the 3 other threads of this process held stay locked in it, so memory allocation, DNS and file work there can wait for ever',
        help: 'have the native code use `posix_spawn` or call exec at once after fork',
        proof: [
          '/proc/42/stat: flags with 0x40 (PF_FORKNOEXEC), state S, at two looks',
          'no fork of JavaScript made pid 42',
          '/proc/self/task: 4 threads (libuv-worker, V8)',
        ],
        subject: 'app',
        child: { pid: 42, command: 'app' },
      },
    ]);
  });

  test('silent: a process of one thread has no locks of others', () => {
    expect(of(['node'])).toEqual([]);
  });
});
