import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REGISTER, type Seen, type SpanSeen, telemetryOf } from './run';

const directory = mkdtempSync(join(tmpdir(), 'forkguard-otel-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const CLIENT = 2;
const ERROR = 2;

describe('a span of each fork', () => {
  let seen: Seen;
  beforeAll(async () => {
    seen = await telemetryOf('spans.js');
  });

  /** The fork's span below the program's span of that name. */
  const forkIn = (name: string): SpanSeen | undefined => {
    const parent = seen.spans.find((span) => span.name === name);
    return seen.spans.find((span) => span.scope === 'forkguard' && span.parent === parent?.spanId);
  };

  test('tells what was started, how long that blocked and how it ended', () => {
    expect(forkIn('good')).toMatchObject({
      name: 'true',
      kind: CLIENT,
      status: { code: 0 },
      attributes: {
        'process.command': 'true',
        'process.executable.name': 'true',
        'process.command_args': ['true', '--password=[redacted]', 'x'],
        'process.pid': expect.any(Number),
        'process.exit.code': 0,
        'forkguard.fork.api': 'spawn',
        'forkguard.fork.duration': expect.any(Number),
        'code.file.path': expect.stringMatching(/spans\.js$/),
        'code.line.number': 13,
        'thread.id': 0,
      },
    });
  });

  test('is an error if the exit code is not 0, a signal came from elsewhere, or no child was made', () => {
    expect(forkIn('bad')).toMatchObject({
      name: 'sh',
      status: { code: ERROR },
      attributes: { 'process.command': 'exit 3', 'process.exit.code': 3, 'error.type': '3' },
    });
    expect(forkIn('signal')).toMatchObject({
      status: { code: ERROR },
      attributes: { 'forkguard.exit.signal': 'SIGKILL', 'error.type': 'SIGKILL' },
    });
    expect(forkIn('asked whether it is there')).toMatchObject({
      status: { code: ERROR },
      attributes: { 'forkguard.exit.signal': 'SIGKILL', 'error.type': 'SIGKILL' },
    });
    expect(forkIn('absent')).toMatchObject({
      name: 'prog',
      status: { code: ERROR },
      attributes: { 'error.type': 'ENOENT' },
    });
    expect(forkIn('absent')?.attributes).not.toHaveProperty('process.pid');
  });

  test.each(['killed', 'killed by pid', 'killed as a group'])(
    'is no error if the program itself ended the child: %s',
    (name) => {
      const { status, attributes } = forkIn(name) as SpanSeen;
      expect(status.code).toBe(0);
      expect(attributes).toMatchObject({ 'forkguard.exit.signal': 'SIGTERM' });
      expect(attributes).not.toHaveProperty('error.type');
    },
  );

  test('of a *Sync call ends with the call', () => {
    expect(forkIn('sync')?.attributes).toMatchObject({
      'process.exit.code': 0,
      'process.pid': expect.any(Number),
      'forkguard.fork.api': 'spawnSync',
    });
    expect(forkIn('sync bad')).toMatchObject({
      status: { code: ERROR },
      attributes: { 'process.exit.code': 4, 'forkguard.fork.api': 'execFileSync' },
    });
  });

  test('ends when a detached child is let go', () => {
    expect(forkIn('daemon')?.attributes).toMatchObject({ 'forkguard.fork.released': true });
    expect(forkIn('daemon')?.attributes).not.toHaveProperty('process.exit.code');
  });
});

test('hazards are events on the fork’s own span', async () => {
  const { spans } = await telemetryOf('event.js', [], { INSTRUMENT: '1' });
  const forks = spans.filter(({ scope }) => scope === 'forkguard');
  expect(forks.map(({ name }) => name)).toEqual(['sleep', 'sleep']);
  for (const { events, links } of forks) {
    expect(events).toMatchObject([{ attributes: { 'forkguard.rule': 'shared-connections' } }]);
    expect(links).toHaveLength(1);
  }
  expect(spans.filter(({ name }) => name === 'request').flatMap(({ events }) => events)).toEqual([]);
});

describe('the trace in the child’s environment', () => {
  const family = (carry: string) =>
    telemetryOf('family.js', [join(directory, 'child.json')], {
      CARRY: carry,
      REGISTER,
      TRACEPARENT: undefined,
    });

  test('is there if asked for, and a Node child continues it', async () => {
    const { spans } = await family('1');
    const parent = spans.find(({ name }) => name === 'parent');
    const node = spans.find(({ name, parent: above }) => name === 'node' && above === parent?.spanId);
    const report = spans.find(({ name }) => name === 'report');
    const [work] = JSON.parse(String(report?.attributes.work)) as SpanSeen[];
    expect(work).toMatchObject({ name: 'work', traceId: parent?.traceId, parent: node?.spanId });
    const told = spans.find(({ name }) => name === 'told')?.attributes;
    expect(told?.sync).toMatch(new RegExp(`^00-${parent?.traceId}-[0-9a-f]{16}-01 x$`));
    expect(told?.own).toBe('mine');
    expect(spans.find(({ name }) => name === 'env')?.attributes.own).toBe('');
  });

  test('is not there if nobody asked', async () => {
    const { spans } = await family('0');
    const report = spans.find(({ name }) => name === 'report');
    const [work] = JSON.parse(String(report?.attributes.work)) as SpanSeen[];
    expect(work?.parent).toBeNull();
    expect(spans.find(({ name }) => name === 'told')?.attributes.sync).toBe('x');
  });
});
