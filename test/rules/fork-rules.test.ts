import { rules } from '../../src/rules';
import type { Rule } from '../../src/rules/rule';
import { found, leak, passed, snapshot, socket } from './literals';

const rule = (name: string): Rule => rules.find((one) => one.name === name) as Rule;
const findings = (name: string, facts: Parameters<typeof snapshot>[0]) => found(rule(name), snapshot(facts));
const lock = (type: 'FLOCK' | 'OFDLCK' | 'POSIX' | 'LEASE', waiting = false) => ({
  locks: [{ type, access: 'WRITE' as const, pid: 1, inode: 9, waiting }],
});

test('a plain fork has no findings, whatever rule looks', () => {
  for (const one of rules) expect([one.name, found(one, snapshot())]).toEqual([one.name, []]);
});

test('every finding has all parts of a message, and proof', () => {
  const facts = {
    moment: {
      detached: true,
      unreferenced: true,
      error: 'ENOENT',
      cwd: '/gone',
      clearedNonblocking: [1],
      pendingStdout: 9,
      blockedMs: 99,
      stdio: [{ fd: 1, type: 'inherit' as const, parentFd: 1 }],
    },
    crossings: [
      leak(lock('FLOCK')),
      leak(socket('listen')),
      leak(socket('established')),
      passed(3, { position: 5 }),
      passed(1, { fd: 1, kind: 'pipe', target: 'pipe:[3]' }),
    ],
    environment: {
      preloads: [
        { flag: '-r', value: './x', source: 'NODE_OPTIONS' as const, found: false, setForElsewhere: false },
      ],
      jobserver: [3, 4],
    },
    memory: { residentBytes: 8e9, pageTableBytes: 2e7, excludedBytes: 1e9 },
    directory: 'nothing',
    strangers: [{ pid: 9, command: 'x', state: 'S', forkedWithoutExec: true, known: false }],
  };
  const all = rules.flatMap((one) =>
    found(one, snapshot(facts as never)).map((finding) => ({ name: one.name, ...finding })),
  );
  expect(new Set(all.map(({ name }) => name)).size).toBeGreaterThan(9);
  for (const { what, why, help, proof, subject } of all) {
    expect(what).toMatch(/^[^A-Z].*[^.]$/);
    expect(why).toMatch(/[^.]$/);
    expect(`${why} ${help}`).not.toMatch(/\bmay\b/);
    expect(proof.length).toBeGreaterThan(0);
    expect([help, subject].every(Boolean)).toBe(true);
  }
});

describe('inheritable-descriptors', () => {
  const of = (facts: Parameters<typeof snapshot>[0]) => findings('inheritable-descriptors', facts);

  test('what nobody saw opened is a warning that names native code', () => {
    const [finding] = of({
      crossings: [
        leak({
          kind: 'pty',
          target: '/dev/ptmx',
          owner: 'native code that opens terminals, such as node-pty',
        }),
      ],
    });
    expect(finding).toMatchObject({ severity: 'warning', subject: '/dev/ptmx', once: true });
    expect(finding?.opened).toContain('node-pty');
    expect(finding?.why).toContain('not hung up');
  });

  test('what the launcher left is info, once; a listener or a lock makes it a warning', () => {
    expect(of({ crossings: [leak({ origin: 'inherited' })] })[0]).toMatchObject({
      severity: 'info',
      once: true,
    });
    expect(of({ crossings: [leak({ origin: 'inherited', ...lock('FLOCK') })] })[0]).toMatchObject({
      severity: 'warning',
      once: false,
    });
    expect(of({ crossings: [leak({ origin: 'inherited', ...socket('listen') })] })[0]?.severity).toBe(
      'warning',
    );
  });

  test("the jobserver, socket activation and Node's channel are meant to be inherited", () => {
    const crossings = [leak({ fd: 20 }), leak({ fd: 21 }), leak({ fd: 22 })];
    const environment = { preloads: [], jobserver: [20], activation: [21], channelFd: 22 };
    expect(of({ crossings, environment })).toEqual([]);
  });

  test('certificates that Node is reading are no leak, unless they are open for writing', () => {
    const environment = { preloads: [], certificates: '/etc/ssl/extra.pem' };
    const read = leak({ target: '/etc/ssl/extra.pem', access: 'read' });
    const both = leak({ target: '/etc/ssl/extra.pem', access: 'both' });
    expect(of({ crossings: [read], environment })).toEqual([]);
    expect(of({ crossings: [both], environment })).toHaveLength(1);
  });

  test('what is passed in stdio did not leak', () => {
    expect(of({ crossings: [passed(3)] })).toEqual([]);
  });
});

describe('shared-locks', () => {
  const of = (type: Parameters<typeof lock>[0], waiting = false) =>
    findings('shared-locks', { crossings: [leak(lock(type, waiting))] });

  test.each(['FLOCK', 'OFDLCK', 'LEASE'] as const)('%s belongs to the open file description', (type) => {
    expect(of(type)).toHaveLength(1);
  });

  test('a POSIX lock belongs to the process, and a waiter holds nothing', () => {
    expect(of('POSIX')).toEqual([]);
    expect(of('FLOCK', true)).toEqual([]);
  });
});

describe('shared-readers', () => {
  const stdin = passed(0, { fd: 0, kind: 'pipe', target: 'pipe:[5]' });
  const reader = { pid: 42, command: 'cat', seen: true, proof: ['/proc/42/syscall: read on descriptor 0'] };
  const of = (facts: Parameters<typeof snapshot>[0]) => [
    ...(rule('shared-readers').aftermath?.(
      snapshot({ crossings: [stdin], readHere: [0], readerOf: reader, ...facts }),
    ) ?? []),
  ];

  test('stdin that is read here and there', () => {
    expect(of({})).toMatchObject([{ what: 'this process and child `sleep` both read stdin' }]);
  });

  test('a process below the child is named', () => {
    expect(of({ readerOf: { ...reader, pid: 43 } })[0]?.what).toContain('`cat` (below child `sleep`)');
  });

  test.each([
    ['not read here', { readHere: [] }],
    ['the child never reads it', { readerOf: undefined }],
    ['a *Sync call: nobody reads here meanwhile', { moment: { blocking: true } }],
    ['no child came to life', { moment: { error: 'ENOENT' } }],
    ['a file: each read is at an offset', { crossings: [passed(0, { fd: 0, kind: 'file' })] }],
  ])('silent: %s', (_, facts) => {
    expect(of(facts as never)).toEqual([]);
  });
});

describe('shared-connections', () => {
  test('a connection that both go on using is a warning, named after the package that opened it', () => {
    const opened = {
      frames: [{ file: '/app/node_modules/pg/client.js', line: 1, column: 1, package: 'pg' }],
    };
    const resource = { id: 1, kind: 'socket' as const, label: 'x', threadId: 0, opened };
    const both = passed(3, { ...socket('established', 6000), resource });
    expect(findings('shared-connections', { usedByBoth: [both] })).toMatchObject([
      { severity: 'warning', what: expect.stringContaining('127.0.0.1:6000 (PostgreSQL)') },
    ]);
  });

  const of = (...crossings: ReturnType<typeof leak>[]) => findings('shared-connections', { crossings });

  test('names the protocol of a database; passed on purpose is info, leaked is a warning', () => {
    expect(of(passed(3, socket('established', 5432)))[0]).toMatchObject({ severity: 'info' });
    expect(of(leak(socket('established', 3306)))[0]).toMatchObject({ severity: 'warning' });
    expect(of(leak(socket('established', 3306)))[0]?.what).toContain('MySQL');
  });

  test('silent: stdio that is a socket, as under inetd; a closed socket; a UNIX pair of stdio', () => {
    expect(of(passed(1, { fd: 1, ...socket('established') }))).toEqual([]);
    expect(of(leak(socket('close_wait')))).toEqual([]);
    expect(of(leak({ kind: 'socket', target: 'socket:[8]' }))).toEqual([]);
  });
});

test('shared-offsets: only what this process has used and does not append to', () => {
  const of = (descriptor: object) => findings('shared-offsets', { crossings: [passed(1, descriptor)] });
  expect(of({ position: 120 })).toHaveLength(1);
  expect(of({ position: 0 })).toEqual([]);
  expect(of({ position: 120, append: true })).toEqual([]);
  expect(of({ position: 120, kind: 'pipe' })).toEqual([]);
});

describe('slow-forks', () => {
  const much = { residentBytes: 4e9, pageTableBytes: 8e6 };
  const of = (moment: object, memory = much) => [
    ...(rule('slow-forks').aftermath?.(snapshot({ moment, memory })) ?? []),
  ];

  test('slow, and the memory explains it', () => {
    expect(of({ blockedMs: 160 })[0]?.what).toBe('forking child `sleep` blocked this thread for 160 ms');
  });

  test('silent: quick; a loaded machine with little memory; memory that is not copied; a *Sync call', () => {
    expect(of({ blockedMs: 12 })).toEqual([]);
    expect(of({ blockedMs: 160 }, { residentBytes: 6e7, pageTableBytes: 1e6 })).toEqual([]);
    expect(of({ blockedMs: 160 }, { ...much, excludedBytes: 3.9e9 } as never)).toEqual([]);
    expect(of({ blockedMs: 160, blocking: true })).toEqual([]);
  });
});

test('missing-directories: only if the directory is what is missing', () => {
  const of = (error: string, directory: 'directory' | 'other' | 'nothing' | undefined) =>
    findings('missing-directories', { moment: { error, cwd: '/x' }, directory });
  expect(of('ENOENT', 'nothing')).toHaveLength(1);
  expect(of('ENOTDIR', 'other')[0]?.what).toContain('/x is no directory');
  expect(of('ENOENT', 'directory')).toEqual([]);
  expect(of('EACCES', 'nothing')).toEqual([]);
  expect(of('ENOENT', undefined)).toEqual([]);
});

test('writable-executables: an error where this process is the writer, else info', () => {
  const of = (facts: object) => findings('writable-executables', facts)[0]?.severity;
  expect(of({ moment: { error: 'ETXTBSY' }, writers: [leak().descriptor] })).toBe('error');
  expect(of({ moment: { error: 'ETXTBSY' }, writers: [] })).toBe('info');
  expect(of({ moment: { error: 'EACCES' }, writers: [leak().descriptor] })).toBeUndefined();
});

test('inspector-conflicts: only Node, only our port', () => {
  const program = {
    readsStdin: false,
    pendingStdout: 0,
    pendingStderr: 0,
    cwd: '/',
    exitListeners: 0,
    inspector: { host: '127.0.0.1', port: 9229 },
  };
  const of = (port: number, startsNode = true, host = '127.0.0.1') =>
    findings('inspector-conflicts', {
      startsNode,
      program,
      environment: { preloads: [], inspector: { host, port, source: 'arguments' } },
    });
  expect(of(9229)).toHaveLength(1);
  expect(of(0)).toEqual([]);
  expect(of(9230)).toEqual([]);
  expect(of(9229, false)).toEqual([]);
  expect(of(9229, true, '127.0.0.2')).toEqual([]);
  expect(of(9229, true, '0.0.0.0')).toHaveLength(1);
});

test('relative-preloads: an error for Node, a warning where the path works in one directory only', () => {
  const of = (found: boolean, setForElsewhere: boolean, startsNode = true) =>
    findings('relative-preloads', {
      startsNode,
      environment: {
        preloads: [{ flag: '--require', value: './hook.js', source: 'NODE_OPTIONS', found, setForElsewhere }],
      },
    })[0]?.severity;
  expect(of(false, false)).toBe('error');
  expect(of(false, false, false)).toBe('info');
  expect(of(true, true)).toBe('warning');
  expect(of(true, false)).toBeUndefined();
});

test('cut-descriptors: named by the environment, open here, close-on-exec, and not passed on', () => {
  const environment = { preloads: [], jobserver: [3, 4] };
  const of = (closeOnExec: boolean, stdio?: object) =>
    findings('cut-descriptors', {
      environment,
      descriptors: [3, 4].map((fd) => ({ ...leak().descriptor, kind: 'pipe', fd, closeOnExec })),
      moment: stdio,
    } as never);
  expect(of(true)).toHaveLength(1);
  expect(of(false)).toEqual([]);
  expect(of(true, { stdio: [3, 4].map((fd) => ({ fd, type: 'fd', parentFd: fd })) })).toEqual([]);
});

test('execve-losses: counts what is lost, and is silent where nothing is', () => {
  const program = {
    readsStdin: false,
    pendingStdout: 9,
    pendingStderr: 0,
    cwd: '/',
    exitListeners: 2,
  };
  const moment = { api: 'process.execve' as const, primitive: 'execve' as const };
  expect(findings('execve-losses', { moment })).toEqual([]);
  expect(findings('execve-losses', { program })).toEqual([]);
  expect(findings('execve-losses', { moment, program })[0]?.proof).toHaveLength(2);
});
