import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { REGISTER } from './run';

// The example's service sends over OTLP/HTTP what a collector would get; the receiver checks the encoding.
const EXAMPLE = join(__dirname, '..', '..', 'examples', 'telemetry');

interface Received {
  readonly service: string;
  readonly scope: string;
  readonly name: string;
  readonly attributes: Record<string, unknown>;
}

interface ReceivedSpan extends Received {
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | null;
  readonly start: number;
  readonly end: number;
  readonly error: string | null;
  readonly events: { name: string; time: number; attributes: Record<string, unknown> }[];
  readonly links: { traceId: string; spanId: string }[];
}

interface ReceivedLog extends Received {
  readonly traceId: string;
  readonly spanId: string;
  readonly severity: string;
}

interface ReceivedMetric extends Received {
  readonly points: { attributes: Record<string, unknown>; value: unknown }[];
}

const spans: ReceivedSpan[] = [];
const logs: ReceivedLog[] = [];
const metrics: ReceivedMetric[] = [];
const refused: Error[] = [];

beforeAll(async () => {
  const { receive } = require(join(EXAMPLE, 'receiver.js'));
  const receiver: Server = await receive({
    spans: (list: ReceivedSpan[]) => spans.push(...list),
    logs: (list: ReceivedLog[]) => logs.push(...list),
    metrics: (list: ReceivedMetric[]) => metrics.push(...list),
    refused: (error: Error) => refused.push(error),
  });
  const service = spawn(process.execPath, ['-r', REGISTER, join(EXAMPLE, 'service.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
      FORKGUARD_REPORTERS: 'otel',
      FORKGUARD_ALLOW: 'inheritable-descriptors',
      FORKGUARD_STALL_MS: '200',
    },
  });
  const [line] = await once(service.stdout.setEncoding('utf8'), 'data');
  const base = /http:\S+/.exec(line)?.[0];
  await (await fetch(`${base}/convert`)).text();
  await (await fetch(`${base}/page`)).text();
  service.kill();
  await once(service, 'exit');
  receiver.close();
});

const named = (name: string) => spans.find((span) => span.name === name);
const below = (span: ReceivedSpan | undefined) => spans.find(({ parent }) => parent === span?.spanId);

test('a receiver of OTLP understands everything that was sent', () => {
  expect(refused).toEqual([]);
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(['thumbnails']));
});

test('the trace of a request shows the fork, its hazard and the link to where the connection was opened', () => {
  const fork = below(named('GET /convert'));
  expect(fork).toMatchObject({
    scope: 'forkguard',
    name: 'sh',
    kind: 'client',
    error: 'exit code 3',
    attributes: { 'process.command': 'sleep 0.1; exit 3', 'process.exit.code': 3 },
  });
  expect(fork?.events).toMatchObject([
    { name: 'forkguard.hazard', attributes: { 'forkguard.rule': 'shared-connections' } },
  ]);
  const { traceId, spanId } = named('connect to the database') ?? {};
  expect(fork?.links).toMatchObject([{ traceId, spanId }]);
});

test('the trace of a request that was blocked shows who waited for whom, and when that was found', () => {
  const fork = below(named('GET /page'));
  const event = fork?.events.find(({ attributes }) => attributes['forkguard.rule'] === 'wait-cycles');
  expect(event?.attributes['forkguard.what']).toContain('wait for each other');
  expect(event?.time).toBeGreaterThan(fork?.start as number);
  expect(event?.time).toBeLessThan(fork?.end as number);
});

test('log records and metrics arrive, in the same traces', () => {
  const { traceId, spanId } = below(named('GET /convert')) ?? {};
  expect(logs).toContainEqual(
    expect.objectContaining({
      name: 'forkguard.hazard',
      scope: 'forkguard',
      traceId,
      spanId,
      attributes: expect.objectContaining({ 'forkguard.rule': 'shared-connections' }),
    }),
  );
  const points = (name: string) => metrics.find((metric) => metric.name === name)?.points;
  expect(points('forkguard.forks')).toContainEqual({
    attributes: { 'forkguard.fork.api': 'execFileSync' },
    value: 1,
  });
  expect(points('forkguard.hazards')).toContainEqual({
    attributes: expect.objectContaining({ 'forkguard.rule': 'wait-cycles' }),
    value: 1,
  });
  expect(points('forkguard.fork.duration')).toMatchObject([{ value: { count: 1 } }]);
});
