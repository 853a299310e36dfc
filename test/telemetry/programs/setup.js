'use strict';
// A program with the real SDK and in-memory exporters, which prints what was exported when it is done.

exports.register = function register({ metrics = true, logs = true } = {}) {
  const { trace } = require('@opentelemetry/api');
  const { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } = require('@opentelemetry/sdk-trace-node');
  const spans = new InMemorySpanExporter();
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  provider.register();
  const readers = { metrics: metrics && registerMetrics(), logs: logs && registerLogs() };
  return { tracer: trace.getTracer('program'), provider, print: () => print(spans, readers) };
};

function registerMetrics() {
  const { metrics } = require('@opentelemetry/api');
  const sdk = require('@opentelemetry/sdk-metrics');
  const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
  const reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }));
  return { exporter, reader };
}

function registerLogs() {
  const { logs } = require('@opentelemetry/api-logs');
  const sdk = require('@opentelemetry/sdk-logs');
  const exporter = new sdk.InMemoryLogRecordExporter();
  logs.setGlobalLoggerProvider(
    new sdk.LoggerProvider({ processors: [new sdk.SimpleLogRecordProcessor({ exporter })] }),
  );
  return exporter;
}

async function print(spans, { metrics, logs }) {
  await metrics?.reader?.forceFlush();
  const scopes = metrics ? metrics.exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics) : [];
  const out = {
    spans: spans.getFinishedSpans().map((span) => ({
      name: span.name,
      kind: span.kind,
      ...ids(span.spanContext()),
      parent: span.parentSpanContext?.spanId ?? span.parentSpanId ?? null,
      scope: (span.instrumentationScope ?? span.instrumentationLibrary).name,
      attributes: span.attributes,
      status: span.status,
      end: span.endTime,
      events: span.events.map(({ name, attributes, time }) => ({ name, attributes, time })),
      links: span.links.map((link) => ({ ...ids(link.context), attributes: link.attributes })),
    })),
    logs: logs
      ? logs.getFinishedLogRecords().map((record) => ({
          eventName: record.eventName,
          severityNumber: record.severityNumber,
          severityText: record.severityText,
          body: record.body,
          attributes: record.attributes,
          time: record.hrTime,
          ...ids(record.spanContext),
        }))
      : [],
    metrics: scopes.flatMap(({ metrics: list }) =>
      list.map(({ descriptor, dataPoints }) => ({ name: descriptor.name, unit: descriptor.unit, dataPoints })),
    ),
  };
  require('node:fs').writeSync(1, `${JSON.stringify(out)}\n`);
}

function ids(spanContext) {
  return { traceId: spanContext?.traceId ?? null, spanId: spanContext?.spanId ?? null };
}

/** Runs `body` in a span and ends the span when the body is done. */
exports.inSpan = async function inSpan(tracer, name, body) {
  const { context, trace } = require('@opentelemetry/api');
  const span = tracer.startSpan(name);
  try {
    return await context.with(trace.setSpan(context.active(), span), body);
  } finally {
    span.end();
  }
};
