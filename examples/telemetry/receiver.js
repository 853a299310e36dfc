// A receiver of OTLP/HTTP in JSON (opentelemetry-proto, "OTLP/HTTP" and "JSON Protobuf Encoding"): it answers as a
// collector does, checks what it gets, and hands on what it understood. Run as a program, it prints traces.
const http = require('node:http');
const { gunzipSync } = require('node:zlib');

const KINDS = [undefined, 'internal', 'server', 'client', 'producer', 'consumer'];

/** Starts on `port` of the loopback (0: any). `sink` gets `spans`, `logs` and `metrics`, one array a request. */
exports.receive = function receive(sink, port = 0) {
  const paths = {
    '/v1/traces': (body) => sink.spans?.(flat(body, 'resourceSpans', 'scopeSpans', 'spans').map(spanOf)),
    '/v1/logs': (body) => sink.logs?.(flat(body, 'resourceLogs', 'scopeLogs', 'logRecords').map(recordOf)),
    '/v1/metrics': (body) =>
      sink.metrics?.(flat(body, 'resourceMetrics', 'scopeMetrics', 'metrics').map(metricOf)),
  };
  const server = http.createServer(async (request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const take = paths[request.url];
    if (!take) return answer(404, { message: `no ${request.url} here` });
    if (request.method !== 'POST') return answer(405, { message: 'only POST' });
    if (!/^application\/json\b/.test(request.headers['content-type'] ?? ''))
      return answer(415, { message: 'only JSON' });
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    try {
      take(JSON.parse(request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw));
      answer(200, {});
    } catch (error) {
      sink.refused?.(error);
      answer(400, { code: 3, message: error.message });
    }
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
};

/** The items of all scopes of all resources, each with the names of both. */
function flat(body, outer, middle, inner) {
  return array(body[outer]).flatMap(({ resource, [middle]: scopes }) =>
    array(scopes).flatMap(({ scope, [inner]: items }) =>
      array(items).map((item) => ({
        ...item,
        service: attributesOf(resource?.attributes)['service.name'],
        scope: scope?.name ?? '',
      })),
    ),
  );
}

function spanOf(span) {
  if (KINDS[span.kind] === undefined) throw new Error(`a span's kind is ${span.kind}`);
  return {
    ...common(span),
    name: span.name,
    kind: KINDS[span.kind],
    ...ids(span),
    parent: span.parentSpanId ? hex(span.parentSpanId, 16) : null,
    start: milliseconds(span.startTimeUnixNano),
    end: milliseconds(span.endTimeUnixNano),
    error: span.status?.code === 2 ? (span.status.message ?? '') : null,
    events: array(span.events ?? []).map((event) => ({
      name: event.name,
      time: milliseconds(event.timeUnixNano),
      attributes: attributesOf(event.attributes),
    })),
    links: array(span.links ?? []).map((link) => ({
      ...ids(link),
      attributes: attributesOf(link.attributes),
    })),
  };
}

function recordOf(record) {
  return {
    ...common(record),
    ...(record.traceId ? ids(record) : {}),
    name: record.eventName ?? '',
    time: milliseconds(record.timeUnixNano),
    severity: record.severityText,
    severityNumber: record.severityNumber,
    body: plainOf(record.body),
  };
}

function metricOf({ name, unit, sum, histogram, service, scope }) {
  const points = array((sum ?? histogram)?.dataPoints).map((point) => ({
    attributes: attributesOf(point.attributes),
    value: sum ? Number(point.asInt ?? point.asDouble) : { count: Number(point.count), sum: point.sum },
  }));
  return { service, scope, name, unit, points };
}

const common = ({ service, scope, attributes }) => ({ service, scope, attributes: attributesOf(attributes) });
const ids = ({ traceId, spanId }) => ({ traceId: hex(traceId, 32), spanId: hex(spanId, 16) });

function array(value) {
  if (!Array.isArray(value)) throw new Error(`an array is missing: ${JSON.stringify(value)}`);
  return value;
}

function hex(id, length) {
  if (typeof id !== 'string' || id.length !== length || !/^[0-9a-f]+$/i.test(id) || /^0+$/.test(id)) {
    throw new Error(`not an id of ${length} hexadecimal digits: ${id}`);
  }
  return id.toLowerCase();
}

/** 64-bit numbers are strings of decimal digits in JSON. */
function milliseconds(nanoseconds) {
  if (!/^\d{16,20}$/.test(String(nanoseconds))) throw new Error(`not a time in nanoseconds: ${nanoseconds}`);
  return Number(BigInt(nanoseconds) / 1000n) / 1000;
}

function attributesOf(list = []) {
  return Object.fromEntries(array(list).map(({ key, value }) => [key, plainOf(value)]));
}

function plainOf(value) {
  if (typeof value !== 'object' || value === null) throw new Error(`not a value: ${JSON.stringify(value)}`);
  if ('stringValue' in value) return value.stringValue;
  if ('boolValue' in value) return value.boolValue;
  if ('intValue' in value) return Number(value.intValue);
  if ('doubleValue' in value) return value.doubleValue;
  if ('arrayValue' in value) return array(value.arrayValue.values ?? []).map(plainOf);
  throw new Error(`a value of no known kind: ${JSON.stringify(value)}`);
}

/** Prints each trace as a tree, when the spans of a request are there. */
function print(spans, names) {
  for (const span of spans) names.set(span.spanId, span.name);
  const line = (depth, text) => console.log(`${'  '.repeat(depth)}${text}`);
  const show = (span, depth) => {
    const took = `${(span.end - span.start).toFixed(0)} ms`;
    line(depth, `${span.name} [${span.kind}] ${took}${span.error === null ? '' : ` ERROR ${span.error}`}`);
    for (const { name, time, attributes } of span.events) {
      line(depth + 1, `* ${name} at ${(time - span.start).toFixed(0)} ms`);
      for (const [key, value] of Object.entries(attributes)) line(depth + 3, `${key}: ${value}`);
    }
    for (const link of span.links)
      line(depth + 1, `-> link to the span "${names.get(link.spanId) ?? link.spanId}"`);
    for (const child of spans.filter(({ parent }) => parent === span.spanId)) show(child, depth + 1);
  };
  const here = new Set(spans.map(({ spanId }) => spanId));
  for (const span of spans.filter(({ parent }) => !here.has(parent))) show(span, 0);
}

if (require.main === module) {
  const names = new Map();
  exports
    .receive(
      {
        spans: (spans) => print(spans, names),
        logs: (records) => {
          for (const { severity, name, body } of records) console.log(`log ${severity} ${name}: ${body}`);
        },
        metrics: (list) => {
          for (const { name, points } of list) {
            for (const { attributes, value } of points) {
              console.log(`metric ${name} ${JSON.stringify(attributes)} ${JSON.stringify(value)}`);
            }
          }
        },
        refused: (error) => console.error(`refused: ${error.message}`),
      },
      4318,
    )
    .then(() => console.log('receiving on http://127.0.0.1:4318'));
}
