import { run, type Seen, telemetryOf } from './run';

describe('a hazard within a span', () => {
  let seen: Seen;
  beforeAll(async () => {
    seen = await telemetryOf('event.js');
  });

  const requests = () => seen.spans.filter(({ name }) => name === 'request');
  const boot = () => seen.spans.find(({ name }) => name === 'boot');

  test('is an event on the span that was active at the fork, with the attributes of the contract', () => {
    expect(requests()).toHaveLength(2);
    const [event, ...others] = requests()[0]?.events ?? [];
    expect(others).toEqual([]);
    expect(event?.name).toBe('forkguard.hazard');
    expect(event?.attributes).toEqual({
      'forkguard.rule': 'shared-connections',
      'forkguard.severity': expect.stringMatching(/^(error|warning|info)$/),
      'forkguard.what': expect.stringMatching(/^child `sleep` shares the connection to 127\.0\.0\.1:\d+$/),
      'process.pid': expect.any(Number),
      'process.command': 'sleep',
      'process.executable.name': 'sleep',
      'code.file.path': expect.stringMatching(/programs\/event\.js$/),
      'code.line.number': expect.any(Number),
      'code.function.name': 'handle',
      'thread.id': 0,
    });
  });

  test('links to the span in which the resource was opened', () => {
    const { traceId, spanId } = boot() ?? {};
    expect(requests()[0]?.links).toEqual([
      { traceId, spanId, attributes: { 'forkguard.rule': 'shared-connections' } },
    ]);
  });

  test('appears in each trace in which it happens', () => {
    expect(requests()[1]?.events).toHaveLength(1);
    expect(requests()[1]?.links).toHaveLength(1);
    expect(requests()[1]?.events[0]?.attributes['process.pid']).not.toBe(
      requests()[0]?.events[0]?.attributes['process.pid'],
    );
  });

  test('is a log record in the same span, with the explanation', () => {
    const [request] = requests();
    expect(seen.logs[0]).toMatchObject({
      eventName: 'forkguard.hazard',
      body: expect.stringContaining('child `sleep` shares the connection'),
      traceId: request?.traceId,
      spanId: request?.spanId,
      attributes: {
        ...request?.events[0]?.attributes,
        'forkguard.why': expect.any(String),
        'forkguard.help': expect.any(String),
        'forkguard.proof': expect.arrayContaining([expect.stringContaining('/proc/net/tcp')]),
        'forkguard.docs': 'docs/rules/shared-connections.md',
        'forkguard.opened.trace_id': boot()?.traceId,
        'forkguard.opened.span_id': boot()?.spanId,
      },
    });
  });

  test('is counted, and so are forks and the time they take', () => {
    const metric = (name: string) => seen.metrics.find((one) => one.name === name);
    expect(metric('forkguard.forks')).toMatchObject({
      unit: '{fork}',
      dataPoints: [{ attributes: { 'forkguard.fork.api': 'spawn' }, value: 2 }],
    });
    expect(metric('forkguard.hazards')).toMatchObject({
      unit: '{hazard}',
      dataPoints: [{ attributes: { 'forkguard.rule': 'shared-connections' }, value: 2 }],
    });
    expect(metric('forkguard.fork.duration')).toMatchObject({
      unit: 's',
      dataPoints: [{ attributes: { 'forkguard.fork.api': 'spawn' }, value: { count: 2 } }],
    });
  });
});

test('an SDK that is registered after the first fork gets what was found before', async () => {
  const { spans, logs } = await telemetryOf('late.js');
  const before = spans.find(({ name }) => name === 'forkguard.hazard');
  expect(before).toMatchObject({
    parent: null,
    scope: 'forkguard',
    events: [{ attributes: { 'forkguard.rule': 'shared-connections' } }],
  });
  const request = spans.find(({ name }) => name === 'request');
  expect(request?.events).toMatchObject([{ attributes: { 'forkguard.rule': 'shared-connections' } }]);
  expect(logs.map(({ attributes }) => attributes['forkguard.rule'])).toContain('shared-connections');
});

test('otel is chosen when nothing is, beside the terminal', async () => {
  const { stdout, stderr } = await run('event.js');
  expect(stderr).toContain('shared-connections');
  const { spans } = JSON.parse(stdout) as Seen;
  expect(spans.flatMap(({ events }) => events)).not.toEqual([]);
});

test('where other reporters are named, the program’s telemetry is left alone', async () => {
  const { spans, logs, metrics } = await telemetryOf('event.js', [], { FORKGUARD_REPORTERS: 'none' });
  expect(spans.flatMap(({ events }) => events)).toEqual([]);
  expect([logs, metrics]).toEqual([[], []]);
});

test('what is found while the thread is blocked is told when it is back, with the time at which it was found', async () => {
  const { spans, logs } = await telemetryOf('blocked.js', [], { FORKGUARD_STALL_MS: '200' });
  const request = spans.find(({ name }) => name === 'request');
  const event = request?.events.find(({ attributes }) => attributes['forkguard.rule'] === 'wait-cycles');
  expect(event?.attributes).toMatchObject({
    'process.executable.name': 'node',
  });
  const ms = ([seconds, nanoseconds]: [number, number]) => seconds * 1000 + nanoseconds / 1e6;
  expect(ms(event?.time ?? [0, 0])).toBeLessThan(ms(request?.end ?? [0, 0]) - 1000);
  const { traceId, spanId } = spans.find(({ name }) => name === 'boot') ?? {};
  expect(request?.links).toEqual([{ traceId, spanId, attributes: { 'forkguard.rule': 'wait-cycles' } }]);
  const again = spans.find(({ name }) => name === 'another request');
  expect(again?.events.map(({ attributes }) => attributes['forkguard.rule'])).toEqual(['wait-cycles']);
  const record = logs.find(({ attributes }) => attributes['forkguard.rule'] === 'wait-cycles');
  expect(record?.attributes).toMatchObject({
    'forkguard.opened.trace_id': traceId,
    'forkguard.opened.span_id': spanId,
  });
});

test('the name of an executable is that of the process that the hazard is about', async () => {
  const { logs } = await telemetryOf('others.js');
  const about = (rule: string) =>
    logs.find(({ attributes }) => attributes['forkguard.rule'] === rule)?.attributes ?? {};
  expect(about('orphaned-children')).toMatchObject({
    'process.command': 'sleep',
    'process.executable.name': 'sleep',
  });
  expect(about('missing-directories')).toMatchObject({ 'process.pid': expect.any(Number) });
  expect(Object.keys(about('missing-directories'))).not.toContain('process.executable.name');
});

test('an SDK that fails harms neither the program nor the other reports', async () => {
  const { stdout, stderr, code } = await run('broken.js');
  expect({ stdout, code }).toEqual({ stdout: 'unharmed\n', code: 0 });
  expect(stderr).toContain('[shared-connections]');
  expect(stderr.match(/OpenTelemetry could not be told/g)).toHaveLength(1);
});
