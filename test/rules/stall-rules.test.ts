import type { StalledCall, StalledChild, StreamWait } from '../../src/facts/stall';
import type { Fork } from '../../src/model';
import { rules } from '../../src/rules';
import { call, fork, hazards, holder, late, OTHER, SITE, stall, verdict } from './literals';

const CALL = { ...fork, api: 'execFileSync' as const, blocking: true };
const child = { pid: 42, command: 'sleep' };

test('calls and children that wait for nobody have no findings, whatever rule looks', () => {
  const waiting = stall([call(), call({ kind: 'wait' }), call({ kind: 'spawn' })], [late()]);
  for (const { name } of rules) expect([name, hazards(name, 'stall', waiting)]).toEqual([name, []]);
});

describe('wait-cycles', () => {
  const of = (what: Partial<StalledCall>) => hazards('wait-cycles', 'stall', stall([call(what)]));
  const main = 'the main thread';
  const curl = 'child `curl`';
  const TO_EXIT = 'to exit';
  const TO_ACCEPT = 'to accept its connection to 127.0.0.1:8080';
  const own = { who: main, what: 'the `timeout` of `execFileSync` (3.0 s)' };
  const circle = (...deadlines: Parameters<typeof verdict>[2] & object) =>
    verdict([main, curl, main], [TO_EXIT, TO_ACCEPT], deadlines);
  const other = { pid: 42, command: 'curl' };

  test('a thread and its child that wait for each other, for good', () => {
    const stuck = circle();
    expect(of({ verdict: stuck, child: other })).toEqual([
      {
        severity: 'error',
        what: 'the main thread and child `curl` wait for each other',
        forked: SITE,
        why: 'the main thread waits for child `curl` to exit; child `curl` waits for the main thread to accept its connection to 127.0.0.1:8080; neither goes on until something outside, such as a timeout or a signal, interrupts one of them',
        help: 'use the asynchronous `spawn` or `execFile`, so this thread stays free to answer `curl`',
        proof: ['no progress for 1.2 s', '/proc/42/wchan: sleeps', '/proc/43/wchan: sleeps'],
        waits: stuck.waits,
        subject: 'to exit,to accept its connection to 127.0.0.1',
        fork: fork.id,
        child: other,
      },
    ]);
  });

  test('until the call itself gives up: a warning', () => {
    expect(of({ verdict: circle({ who: curl, what: 'a limit' }, own) })).toMatchObject([
      {
        severity: 'warning',
        why: expect.stringMatching(
          /8080; it ends when the main thread gives up by the `timeout` of `execFileSync` \(3\.0 s\), at the latest$/,
        ),
      },
    ]);
  });

  test('until others give up or step in: the three nearest', () => {
    const limits = [
      { who: curl, what: 'its poll (2.0 s)' },
      { who: 'the proxy', what: 'its poll (2.5 s)' },
      { who: 'another process', does: 'opens the named pipe' },
      { who: 'whoever comes fourth', what: 'a limit' },
    ];
    expect(of({ verdict: circle(...limits) })).toMatchObject([
      {
        severity: 'warning',
        why: expect.stringMatching(
          /; it ends when child `curl` gives up by its poll \(2\.0 s\) or the proxy gives up by its poll \(2\.5 s\) or another process opens the named pipe$/,
        ),
      },
    ]);
  });

  test('three parties, each named once, the thread that asks first', () => {
    const parties = [curl, 'the proxy', main, curl];
    const found = of({ verdict: verdict(parties, [TO_ACCEPT, 'to answer', TO_EXIT]) })[0];
    expect(found?.what).toBe('the main thread, child `curl` and the proxy wait for each other');
    expect(found?.why).toMatch(/; none of them goes on until something outside/);
  });

  test('a fact that several waits share is told once', () => {
    const { waits, ...rest } = circle();
    const shared = waits.map((wait) => ({ ...wait, proof: ['/proc/42/wchan: sleeps'] }));
    expect(of({ verdict: { ...rest, waits: shared } })[0]?.proof).toEqual([
      'no progress for 1.2 s',
      '/proc/42/wchan: sleeps',
    ]);
  });

  test('a call whose fork has no place has its own', () => {
    const [found] = of({
      fork: { ...CALL, forked: undefined },
      site: OTHER,
      verdict: circle(),
    });
    expect(found?.forked).toBe(OTHER);
    expect(found?.help).toMatch(/stays free to answer `sleep`$/);
  });

  test('what forkguard did about it', () => {
    expect(of({ verdict: circle(), broken: 'forkguard ends pid 42' })[0]?.why).toMatch(
      /one of them; forkguard ends pid 42$/,
    );
  });

  describe('where the listener was opened', () => {
    const LISTENER = { id: 1, kind: 'listener', label: '127.0.0.1:8080', threadId: 0 } as const;
    const opened = (addresses: readonly string[], until = TO_ACCEPT) =>
      of({
        verdict: verdict([main, curl, main], [TO_EXIT, until]),
        listeners: addresses.map((label, line) => ({
          ...LISTENER,
          label,
          opened: { frames: [{ file: label, line, column: 1 }] },
        })),
      })[0]?.opened;
    const at = (address: string) => ({ frames: [expect.objectContaining({ file: address })] });

    test('by its address', () => {
      expect(opened(['127.0.0.1:9', '127.0.0.1:8080'])).toEqual(at('127.0.0.1:8080'));
      expect(opened(['0.0.0.0:8080', '127.0.0.2:8080', '127.0.0.1:8080'])).toEqual(at('127.0.0.1:8080'));
      const over =
        'to take its connection to app.sock over, which `node` (pid 7) has accepted for the cluster';
      expect(opened(['app.sock'], over)).toEqual(at('app.sock'));
      expect(opened(['b.sock'], 'to accept its connection to a.sock or b.sock')).toEqual(at('b.sock'));
    });

    test('by its port, where it has every address', () => {
      expect(opened(['[::]:9', '[::]:8080'])).toEqual(at('[::]:8080'));
    });

    test.each([['127.0.0.1:80'], ['127.0.0.1:80801'], ['[::]:80'], ['[::]:0'], ['']])(
      'not that of %s',
      (address) => {
        expect(opened([address])).toBeUndefined();
      },
    );

    test('not a path that only begins like that of the connection, nor any where none is waited for', () => {
      expect(opened(['app.sock'], 'to accept its connection to app.sock2')).toBeUndefined();
      expect(opened([''], 'to release its lock')).toBeUndefined();
    });

    test('nobody saw it opened', () => {
      const found = of({ verdict: circle(), listeners: [LISTENER] })[0];
      expect(found).not.toHaveProperty('opened');
      expect(found?.resource).toEqual(LISTENER);
    });
  });

  describe('nobody is left to wake', () => {
    const dead = (until: string, ...deadlines: Parameters<typeof verdict>[2] & object) =>
      verdict([main, curl, 'the lock'], [TO_EXIT, until], deadlines);

    test('the last of a chain', () => {
      expect(of({ verdict: dead('to be released') })).toMatchObject([
        {
          severity: 'error',
          what: 'the main thread waits for the lock, whom nobody is left to wake',
          help: 'find out why the lock sleeps: whatever this thread did, it would not go on; the option `timeout` limits how long `execFileSync` waits',
        },
      ]);
    });

    test('with a limit of its own it needs no advice for one', () => {
      expect(of({ verdict: dead('to be released', own) })).toMatchObject([
        {
          severity: 'warning',
          help: 'find out why the lock sleeps: whatever this thread did, it would not go on',
        },
      ]);
      expect(of({ verdict: dead('to be released', { who: curl, what: 'a limit' }) })[0]?.help).toMatch(
        /limits how long `execFileSync` waits$/,
      );
    });

    test('processes that lock against each other: this thread only looks on', () => {
      const locks = 'take the locks in one order everywhere, or give up after a while (`flock -w 10`)';
      expect(of({ verdict: dead('to release its lock on /data') })[0]?.help).toBe(locks);
      const within = verdict([main, curl, main], [TO_EXIT, 'to release its lock on /data']);
      expect(of({ verdict: within })[0]?.help).toMatch(/^use the asynchronous/);
    });

    test('one that sleeps by itself', () => {
      const { why } = of({ verdict: verdict([main, curl, curl], [TO_EXIT, 'x']) })[0]!;
      expect(why).toMatch(
        /^the main thread waits for child `curl` to exit; child `curl` sleeps, and none of its own threads is left to wake it; neither goes on/,
      );
    });

    test('a chain without a wait', () => {
      expect(of({ verdict: { ...verdict([main], []), cycle: false } })[0]?.what).toBe(
        'the main thread waits for nobody, whom nobody is left to wake',
      );
    });
  });

  describe('Atomics.wait', () => {
    const worker = 'worker thread 2';
    const notify = 'to call `Atomics.notify`';
    const waiting = (...deadlines: Parameters<typeof verdict>[2] & object) => ({
      kind: 'wait' as const,
      api: 'Atomics.wait',
      site: OTHER,
      verdict: verdict([main, worker, main], [notify, 'to answer'], deadlines),
    });
    const without = (what: Partial<StalledCall>) => {
      const { fork: _, child: __, ...bare } = call(what);
      return hazards('wait-cycles', 'stall', stall([bare]));
    };
    const limit = { who: main, what: 'the limit of `Atomics.wait` (3.0 s)' };

    test('that nobody will notify is an error, and has advice of its own', () => {
      expect(without(waiting())).toMatchObject([
        {
          severity: 'error',
          forked: OTHER,
          help: 'do not block this thread: `Atomics.waitAsync` or a message, or let the worker thread finish without it',
          fork: undefined,
        },
      ]);
    });

    test('where nothing shows which thread was to notify, none is said to wait for this one', () => {
      const others = 'another thread of this process';
      expect(without({ ...waiting(), verdict: verdict([main, others], [notify]) })).toMatchObject([
        {
          what: `${main} is in \`Atomics.wait\`, and no thread is left to notify it`,
          why: `${main} waits for ${others} to call \`Atomics.notify\`, and those have ended, or wait as well; it goes on only if something outside, such as a timeout or a signal, interrupts it`,
        },
      ]);
    });

    test('with a limit of its own is how a thread sleeps: info', () => {
      expect(without(waiting(limit))).toMatchObject([
        { severity: 'info', what: 'the main thread and worker thread 2 wait for each other' },
      ]);
    });

    test('with the limit of somebody else it is no pause', () => {
      expect(without(waiting({ who: worker, what: 'a limit' }))[0]?.severity).toBe('warning');
    });

    test('a `*Sync` call with a limit of its own is none either', () => {
      expect(of({ verdict: circle(own) })[0]?.severity).toBe('warning');
    });
  });

  describe('output of worker threads that waits for this thread', () => {
    const output = ['worker thread 1', 'worker thread 2'].map((worker) => ({
      worker,
      proof: `${worker} has called process.stdout.write`,
    }));

    test('is told where nothing worse is', () => {
      expect(of({ kind: 'wait', api: 'Atomics.wait', output })).toEqual([
        {
          severity: 'warning',
          what: 'worker thread 1 and worker thread 2 cannot write their output while the main thread is blocked',
          forked: SITE,
          why: '`process.stdout` and `process.stderr` of a worker thread pass through the main thread, which is in `Atomics.wait`; the callback of the write does not come before the call returns, and if the call waits for what happens after that write, it does not return by itself',
          help: 'do not wait for the output of a worker thread in a thread that blocks: notify first and write afterwards, or write with `fs.writeSync(1, …)` in the worker thread',
          proof: [
            'the main thread has been in `Atomics.wait` for 1.2 s',
            'worker thread 1 has called process.stdout.write',
            'worker thread 2 has called process.stdout.write',
          ],
          subject: 'output',
          fork: fork.id,
          child,
        },
      ]);
    });

    test('explains a pause better than the circle, but not a circle without a limit', () => {
      const what = (...deadlines: Parameters<typeof verdict>[2] & object) =>
        of({
          kind: 'wait',
          output: output.slice(1),
          verdict: verdict([main, 'worker thread 2', main], ['to notify', 'to write'], deadlines),
        }).map((found) => found.what);
      expect(what(own)).toEqual(['worker thread 2 cannot write its output while the main thread is blocked']);
      expect(what()).toEqual(['the main thread and worker thread 2 wait for each other']);
    });
  });

  test('silent: an asynchronous spawn, of which stuck-forks speaks', () => {
    expect(of({ kind: 'spawn', verdict: circle() })).toEqual([]);
  });

  test('silent: the child of a `*Sync` call is gone, of which held-pipes speaks', () => {
    const { child: _, ...gone } = call({ verdict: circle() });
    expect(hazards('wait-cycles', 'stall', stall([gone]))).toEqual([]);
  });
});

describe('held-pipes', () => {
  test.each([
    ['spawn', '`close`'],
    ['exec', 'the callback of `exec`'],
    ['execFile', 'the callback of `execFile`'],
  ] as const)('somebody holds the output of a child of %s that has exited', (api, misses) => {
    const found = hazards(
      'held-pipes',
      'stall',
      stall([], [late({ fork: { ...fork, api }, exitedMs: 1500, heldBy: [holder()] })]),
    );
    expect(found).toEqual([
      {
        severity: 'warning',
        what: 'child `sleep` has exited, but `tail` (pid 43) holds stdout',
        forked: SITE,
        why: `stdout ends only when the last process that holds it has closed it; ${misses} does not come before \`tail\` exits or closes it`,
        help: 'redirect the output of `tail` where it is started (`>/dev/null 2>&1`), or wait for `exit` instead of `close` and destroy the streams of the child there',
        proof: ['the exit of pid 42 was reported 1.5 s ago', '/proc/43/fd/1 -> socket:[78]'],
        subject: `${api} tail stdout`,
        fork: fork.id,
        child,
      },
    ]);
  });

  const of = (what: Parameters<typeof holder>[0]) =>
    hazards('held-pipes', 'stall', stall([], [late({ heldBy: [holder(what)] })]))[0];

  test('several pipes, by a process of which more is known', () => {
    expect(of({ pipes: ['stdout', 'stderr', 'stdio[3]'], origin: 'started by `npm`' })).toMatchObject({
      what: 'child `sleep` has exited, but `tail` (pid 43, started by `npm`) holds stderr, stdio[3] and stdout',
      why: 'stderr, stdio[3] and stdout end only when the last process that holds them has closed them; `close` does not come before `tail` exits or closes them',
    });
  });

  test.each([
    ['end', '`end` does not come before `tail` exits'],
    [undefined, 'this process does not end by itself before `tail` exits'],
  ] as const)('the program listens for %s', (awaited, why) => {
    const { awaitedEnd: _, ...child } = late({ heldBy: [holder()] });
    const waiting = awaited ? { ...child, awaitedEnd: awaited } : child;
    expect(hazards('held-pipes', 'stall', stall([], [waiting]))).toMatchObject([
      { severity: 'warning', why: expect.stringContaining(why) },
    ]);
  });

  test('two pipes, of a child whose end nobody timed', () => {
    const found = of({ pipes: ['stdout', 'stderr'] });
    expect(found?.what).toMatch(/ holds stderr and stdout$/);
    expect(found?.proof[0]).toBe('the exit of pid 42 was reported 0.0 s ago');
  });

  test('the channel has nothing to do with output', () => {
    expect(of({ pipes: ['the IPC channel'] })?.help).toBe(
      'start `tail` without the descriptor of the channel in its `stdio`, or call `child.disconnect()` at the `exit` of the child',
    );
    expect(of({ pipes: ['the IPC channel', 'stdout'] })?.help).toBe(
      'redirect the output of `tail` where it is started (`>/dev/null 2>&1`), without the descriptor of the channel, or wait for `exit` instead of `close` and destroy the streams of the child there, and call `child.disconnect()`',
    );
  });

  test('a `*Sync` call does not return while somebody holds its pipes', () => {
    const { child: _, ...gone } = call({ heldBy: [holder()] });
    expect(hazards('held-pipes', 'stall', stall([gone]))).toEqual([
      {
        severity: 'warning',
        what: 'the child of `execFileSync` has exited, but `tail` (pid 43) holds stdout',
        forked: SITE,
        why: '`execFileSync` returns when its child has exited and its pipes have ended, and the main thread does nothing else before; `tail` holds the other end of stdout, so the call returns when `tail` exits or closes it',
        help: "redirect the output of `tail` where it is started (`>/dev/null 2>&1`), or give `execFileSync` the option `stdio: 'ignore'` or files for stdout and stderr",
        proof: [
          'the main thread has been in `execFileSync` for 1.2 s, and its child is gone',
          '/proc/43/fd/1 -> socket:[78]',
        ],
        subject: 'execFileSync tail stdout',
        fork: fork.id,
        child: { pid: 43, command: 'tail' },
      },
    ]);
    const { fork: __, ...unknown } = gone;
    expect(hazards('held-pipes', 'stall', stall([{ ...unknown, site: OTHER }]))[0]?.forked).toBe(OTHER);
  });

  test('silent: the child of the call lives', () => {
    expect(hazards('held-pipes', 'stall', stall([call({ heldBy: [holder()] })]))).toEqual([]);
  });
});

describe('streams of a child', () => {
  const wait = (what: Partial<StreamWait>): StreamWait => ({
    stream: 'stdout',
    reading: 'never',
    process: child,
    stuck: 'stuck',
    proof: ['/proc/42/wchan: sleeps'],
    ...what,
  });

  describe('unread-output', () => {
    const of = (what: Partial<StreamWait>) =>
      hazards('unread-output', 'stall', stall([], [late({ unread: [wait(what)] })]));

    test('a child that sleeps because nobody reads', () => {
      expect(of({})).toEqual([
        {
          severity: 'warning',
          what: 'child `sleep` sleeps because nobody reads its stdout',
          forked: SITE,
          why: 'the pipe is full, and `child.stdout` has no reader: `sleep` goes on when the program reads from it; until then the child does not exit',
          help: "read `child.stdout`, or call `child.stdout.resume()` to throw the output away, or set `stdio` to `'ignore'` or `'inherit'` for it",
          proof: [
            '/proc/42/wchan: sleeps',
            'child.stdout: no listener for data or readable, readableFlowing null',
          ],
          subject: 'stdout',
          fork: fork.id,
          child,
        },
      ]);
    });

    test('a process under the child, that gives up by itself', () => {
      expect(of({ stream: 'stderr', process: { pid: 43, command: 'head' }, stuck: 'limited' })).toMatchObject(
        [
          {
            severity: 'warning',
            what: '`head` under child `sleep` sleeps because nobody reads its stderr',
            why: 'the pipe is full, and `child.stderr` has no reader: `head` goes on when the program reads from it, or gives up by itself; until then the child does not exit',
          },
        ],
      );
    });

    test('a process that does other things meanwhile', () => {
      expect(of({ stuck: 'no' })).toMatchObject([
        {
          what: 'child `sleep` cannot write its stdout, which nobody reads',
          why: 'the pipe is full, and `child.stdout` has no reader: what `sleep` writes waits in its memory until the program reads from it',
        },
      ]);
    });

    const resume = 'resume `child.stdout`, or see why what it is piped to takes nothing more';
    test.each([
      [
        'left',
        'warning',
        'has lost its last reader and is paused',
        'no listener for data or readable, readableFlowing false',
        'call `child.stdout.destroy()` when its reader closes, as `pipeline(child.stdout, target, done)` does where `pipe()` does not; `child.stdout.resume()` throws the rest away',
      ],
      ['paused', 'warning', 'is paused', 'readableFlowing false', resume],
      [
        'polled',
        'info',
        'is read only when the program calls `read()`',
        'no listener for data or readable, readableFlowing null, readableDidRead true',
        resume,
      ],
    ] as const)('the program has %s it: %s', (reading, severity, state, proof, help) => {
      expect(of({ reading })).toMatchObject([
        {
          severity,
          why: expect.stringContaining(`\`child.stdout\` ${state}: \`sleep\` goes on`),
          help,
          proof: ['/proc/42/wchan: sleeps', `child.stdout: ${proof}`],
        },
      ]);
    });

    test.each(['never', 'left'] as const)('what the program may still come to read: %s', (reading) => {
      const [finding] = of({ reading, awaited: 'another child' });
      expect(finding).toMatchObject({
        severity: 'info',
        what: 'child `sleep` sleeps because nobody reads its stdout for now',
        why: expect.stringMatching(
          /until then the child does not exit\. The program still waits for another child, and may read it then$/,
        ),
        help: 'if `sleep` is not meant to wait for that, read `child.stdout` at once, into memory or a file',
        subject: 'stdout, for now',
      });
    });
  });

  describe('unended-input', () => {
    const of = (what: Partial<StreamWait>) => {
      const unended = wait({ stream: 'stdin', ...what });
      const children = [late({ fork: { ...fork, api: 'exec' }, unended })];
      return hazards('unended-input', 'stall', stall([], children));
    };

    test('a command that reads a stdin that nobody ends', () => {
      expect(of({})).toEqual([
        {
          severity: 'warning',
          what: 'child `sleep` reads its stdin, which nobody writes or ends',
          forked: SITE,
          why: '`exec` gives the child a pipe as stdin; `sleep` waits for input or its end, and the end comes when the program calls `child.stdin.end()` or exits; until then the callback is not called',
          help: "call `child.stdin.end()` right after `exec`, or name the input in the arguments, or use `spawn` with `stdio: ['ignore', 'pipe', 'pipe']`",
          proof: ['/proc/42/wchan: sleeps', 'child.stdin: bytesWritten 0, writableEnded false'],
          subject: 'sleep',
          fork: fork.id,
          child,
        },
      ]);
    });

    test('one under it, that gives up before', () => {
      expect(of({ process: { pid: 43, command: 'cat' }, stuck: 'limited' })).toMatchObject([
        {
          severity: 'warning',
          what: '`cat` under child `sleep` reads its stdin, which nobody writes or ends',
          why: expect.stringContaining('or exits, unless it gives up before; until then'),
          subject: 'cat',
        },
      ]);
    });

    test('one in a shell that runs just that: its name is said once', () => {
      expect(of({ process: { pid: 43, command: 'sleep' } })).toMatchObject([
        { what: 'child `sleep` reads its stdin, which nobody writes or ends' },
      ]);
    });

    test('info while the program waits for something after which it may write', () => {
      expect(of({ awaited: 'a worker thread' })).toMatchObject([
        {
          severity: 'info',
          what: 'child `sleep` reads its stdin, which nobody has written or ended yet',
          why: expect.stringMatching(
            /the callback is not called\. The program still waits for a worker thread, and may write or end it then$/,
          ),
          subject: 'sleep, for now',
        },
      ]);
    });
  });
});

describe('stuck-forks', () => {
  const of = (libraries: readonly string[], what: Partial<StalledCall> = {}, owner?: string) => {
    const proof = ['/proc/42/stat: PF_FORKNOEXEC is set, 1 thread'];
    const forking = { libraries: () => libraries, proof, ...(owner !== undefined && { owner }) };
    const spawning = call({ kind: 'spawn', api: 'spawn', forking, ...what });
    return hazards('stuck-forks', 'stall', stall([spawning]));
  };
  const stuck = verdict(['the main thread', 'child `sleep`'], ['to call exec']);

  test('a process that sleeps for good between fork and exec', () => {
    expect(of(['/usr/lib/libjemalloc.so.2'], { verdict: stuck }, 'thread 9')).toEqual([
      {
        severity: 'error',
        what: 'child `sleep` sleeps on a lock between fork and exec',
        forked: SITE,
        why: 'the main thread waits in `spawn` until the new process has called exec; that process sleeps on a lock of thread 9, which does not exist in it; the event loop stands still until the new process is ended by a signal',
        help: 'look at `libjemalloc.so.2`, the only library here that asks for `pthread_atfork`: update or remove it, or fork from a process that has not loaded it',
        proof: [
          'no progress for 1.2 s',
          '/proc/42/stat: PF_FORKNOEXEC is set, 1 thread',
          'nm -D /usr/lib/libjemalloc.so.2 | grep atfork: it asks for fork handlers',
        ],
        subject: 'fork',
        fork: fork.id,
        child,
      },
    ]);
  });

  test('a warning where the wait has a limit, or nothing is proven', () => {
    const limited = {
      severity: 'warning',
      why: expect.stringMatching(/; the event loop stands still until the wait for the lock gives up$/),
    };
    expect(of([], { verdict: { ...stuck, grade: 'limited' } })).toMatchObject([limited]);
    expect(of([])).toMatchObject([limited]);
  });

  test('a lock whose owner is not known, among several libraries or none', () => {
    const find = 'find the library whose `pthread_atfork` handler or allocator takes a lock';
    const rest = 'update or remove it, or fork from a process that has not loaded it';
    expect(of(['/lib/a.so', '/lib/b.so'])).toMatchObject([
      {
        why: expect.stringContaining('sleeps on a lock, and has no other thread that could release it;'),
        help: `${find} (\`a.so\`, \`b.so\`): ${rest}`,
      },
    ]);
    expect(of([])[0]?.help).toBe(`${find} (\`LD_PRELOAD\`, native addons): ${rest}`);
  });

  test('a spawn of which little is known', () => {
    const { fork: _, ...unknown } = call({ kind: 'spawn', api: 'spawn', site: OTHER });
    const found = hazards(
      'stuck-forks',
      'stall',
      stall([{ ...unknown, forking: { libraries: () => [], proof: [] } }]),
    );
    expect(found).toMatchObject([
      { what: 'child `unknown` sleeps on a lock between fork and exec', forked: OTHER, fork: undefined },
    ]);
  });

  test('silent: another call', () => {
    expect(of([], { kind: 'sync' })).toEqual([]);
  });
});

describe('ignored-signals', () => {
  const of = (disposition: 'ignored' | 'blocked' | 'caught', by: Fork = fork) => {
    const asked = { signal: 'SIGTERM', ms: 2100, disposition, proof: ['/proc/42/status: SigIgn: 4000'] };
    return hazards('ignored-signals', 'stall', stall([], [late({ asked, fork: by })]));
  };

  test('a child that ignores what it was sent', () => {
    expect(of('ignored')).toEqual([
      {
        severity: 'warning',
        what: 'child `sleep` ignores SIGTERM',
        forked: SITE,
        why: '`kill()` sent SIGTERM 2.1 s ago and returned; the child ignores that signal, so it ends when its own work is done, not because it was asked: what waits for `exit` waits on',
        help: "send `SIGKILL` if the child has not ended after a grace period: `setTimeout(() => child.kill('SIGKILL'), 5000).unref()`",
        proof: ['/proc/42/status: SigIgn: 4000', 'pid 42 lives 2.1 s after `kill()`'],
        subject: 'SIGTERM ignored',
        fork: fork.id,
        child,
      },
    ]);
  });

  test('a child that blocks it', () => {
    expect(of('blocked')).toMatchObject([
      {
        severity: 'info',
        what: 'child `sleep` blocks SIGTERM and has not taken it',
        why: '`kill()` sent SIGTERM 2.1 s ago; the child blocks that signal and decides itself when to take it, so what waits for `exit` waits on',
        subject: 'SIGTERM blocked',
      },
    ]);
  });

  test('info where it has a handler', () => {
    expect(of('caught')).toMatchObject([
      {
        severity: 'info',
        what: 'child `sleep` handles SIGTERM and has not ended',
        why: '`kill()` sent SIGTERM 2.1 s ago; the child has a handler for it and decides itself when to end, so what waits for `exit` waits on',
        subject: 'SIGTERM caught',
      },
    ]);
  });

  test('a `*Sync` call whose `timeout` it ignores or handles', () => {
    expect(of('ignored', CALL)).toMatchObject([
      {
        severity: 'warning',
        what: 'child `sleep` ignores SIGTERM',
        why: 'the `timeout` of `execFileSync` sent SIGTERM 2.1 s ago; the child ignores that signal, so it ends when its own work is done, not because it was asked: `execFileSync` does not return',
        help: "pass `killSignal: 'SIGKILL'` beside `timeout`",
        proof: ['/proc/42/status: SigIgn: 4000', 'pid 42 lives 2.1 s after the `timeout` of `execFileSync`'],
      },
    ]);
    expect(of('caught', CALL)).toMatchObject([
      {
        severity: 'info',
        why: 'the `timeout` of `execFileSync` sent SIGTERM 2.1 s ago; the child has a handler for it and decides itself when to end, so `execFileSync` does not return',
      },
    ]);
  });
});

describe('stuck-handles', () => {
  const of = (queued: number, what: Partial<StalledChild> = {}) => {
    const handles = { queued, ms: 2100, proof: [`${queued} handles are queued`] };
    return hazards('stuck-handles', 'stall', stall([], [late({ handles, ...what })]));
  };

  test('sockets that wait for a child', () => {
    expect(of(3)).toEqual([
      {
        severity: 'warning',
        what: 'child `sleep` does not take 3 sockets or servers that were sent to it',
        forked: SITE,
        why: "Node hands over one at a time and waits until the child has acknowledged it, which the child's event loop does when it is free; it has not been for 2.1 s, so the connections lie in this process and their clients wait",
        help: 'keep the event loop of the child free (long work belongs in a worker thread), or let the child listen itself, as `cluster` does',
        proof: ['3 handles are queued'],
        subject: 'handles',
        fork: fork.id,
        child,
      },
    ]);
  });

  test('the child is stopped, so that nothing that it does would help', () => {
    const handles = { queued: 1, ms: 2100, stopped: true, proof: ['/proc/42/stat: state T'] };
    expect(of(1, { handles })).toMatchObject([
      {
        why: expect.stringContaining('it has not done so for 2.1 s, because the child is stopped, so the'),
        help: "let the child go on: `child.kill('SIGCONT')`, or detach the debugger that holds it",
      },
    ]);
  });

  test('one, of a cluster: its worker does listen itself', () => {
    expect(of(1, { fork: { ...fork, api: 'cluster.fork' } })).toMatchObject([
      {
        severity: 'info',
        what: 'child `sleep` does not take a connection that was sent to it',
        help: 'keep the event loop of the child free (long work belongs in a worker thread)',
      },
    ]);
  });
});
