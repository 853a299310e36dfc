import type { Attributes, Context, Link, Span, SpanContext } from '@opentelemetry/api';
import { wallClock } from '../clock';
import type { Fork, Hazard } from '../model';
import type { HazardRecord } from '../records';
import { hazardRecord } from '../render';
import { activeSpan, registered } from '../tracing';
import { attributesOf, explanationOf } from './attributes';
import { loadApi, loadLogsApi } from './copies';
import { nameOf } from './fork-span';
import { Metrics } from './metrics';
import { NAME, VERSION } from './scope';

/** Name of the span event, of the log record and of a span that is made because no other is recording. */
const EVENT = 'forkguard.hazard';

/** Spans of the last forks: what a fork leads to is often found when its span is no longer active. */
const REMEMBERED = 256;

/** Severity numbers of the log data model. */
const SEVERITY = { error: 17, warning: 13, info: 9 } as const;

interface RememberedFork {
  readonly span: Span | undefined;
  readonly executable: string;
  readonly command: string;
}

/** Tells OpenTelemetry of forks and hazards, through the program's own copy of its API. */
export class Emitter {
  readonly #metrics = new Metrics();
  readonly #forks = new Map<string, RememberedFork>();

  forked(fork: Fork): void {
    this.#metrics.forked(fork);
  }

  forking(fork: Fork & { readonly span?: unknown }): void {
    if (this.#forks.size >= REMEMBERED) this.#forks.delete(this.#forks.keys().next().value as string);
    this.#forks.set(fork.id, {
      span: fork.span as Span | undefined,
      executable: nameOf(fork),
      command: fork.command,
    });
  }

  /** `again`: it was reported before, at another fork. */
  found(hazard: Hazard, again: boolean): void {
    this.#metrics.found(hazard);
    if (again && hazard.once && hazard.severity === 'info') return; // of the process, not of this fork
    const fork = hazard.fork === undefined ? undefined : this.#forks.get(hazard.fork);
    // what is active now is not what was active at a fork that has been forgotten
    const span = hazard.fork === undefined ? activeSpan() : fork?.span;
    // a hazard may be about another process than the one that was forked, or that one could not be made
    const isOfFork = hazard.child?.pid && hazard.child.command === fork?.command;
    this.#emit(hazard, again, span, isOfFork ? fork?.executable : undefined);
  }

  /** A hazard of the time before the SDK was there: no span of the program is its own. */
  foundBefore(hazard: Hazard): void {
    this.#metrics.found(hazard);
    this.#emit(hazard, false, undefined, undefined);
  }

  #emit(hazard: Hazard, again: boolean, span: Span | undefined, executable: string | undefined): void {
    const record = hazardRecord(hazard);
    const attributes = attributesOf(record, executable);
    const opened = spanContextOf(hazard.resource?.span);
    const spanContext = this.#traced(hazard, attributes, span, opened);
    // a trace shows each occurrence; records that no trace holds together are not repeated
    if (!again || isSampled(spanContext)) this.#logged(hazard, record, attributes, spanContext, opened);
  }

  /** Puts the event on the span if that still records, else on a short span below it. Returns where it went. */
  #traced(
    hazard: Hazard,
    attributes: Attributes,
    span: Span | undefined,
    opened: SpanContext | undefined,
  ): SpanContext | undefined {
    const api = registered()?.trace === undefined ? undefined : loadApi();
    if (!api) return span?.spanContext();
    const links: Link[] = opened ? [{ context: opened, attributes: { 'forkguard.rule': hazard.rule } }] : [];
    if (span?.isRecording()) {
      const linked = links.length === 0 || typeof span.addLinks === 'function'; // since API 1.9
      if (linked) span.addLinks?.(links);
      span.addEvent(EVENT, linked ? attributes : { ...attributes, ...idsOf(opened) }, hazard.time);
      return span.spanContext();
    }
    const parent = span ? api.trace.setSpan(api.ROOT_CONTEXT, span) : api.ROOT_CONTEXT;
    const tracer = api.trace.getTracer(NAME, VERSION);
    const own = tracer.startSpan(EVENT, { attributes, links, startTime: hazard.time }, parent);
    own.addEvent(EVENT, attributes, hazard.time);
    own.end(hazard.time);
    return own.spanContext();
  }

  #logged(
    hazard: Hazard,
    record: HazardRecord,
    attributes: Attributes,
    spanContext: SpanContext | undefined,
    opened: SpanContext | undefined,
  ): void {
    const api = loadApi();
    // part of the API itself from version 1.10 on; typed by what the two have in common
    const inApi = registered()?.logs === undefined ? undefined : (api as ReturnType<typeof loadLogsApi>);
    const logs = (inApi ?? loadLogsApi())?.logs;
    if (!logs) return;
    const context: Context | undefined =
      api && spanContext ? api.trace.setSpanContext(api.ROOT_CONTEXT, spanContext) : undefined;
    logs.getLogger(NAME, VERSION).emit({
      eventName: EVENT,
      timestamp: hazard.time,
      observedTimestamp: wallClock(),
      severityNumber: SEVERITY[hazard.severity],
      severityText: hazard.severity.toUpperCase(),
      body: record.what,
      attributes: {
        ...(attributes as Record<string, string | number>),
        ...(explanationOf(record) as Record<string, string | string[]>),
        ...idsOf(opened),
      },
      ...(context && { context }),
    });
  }
}

/** Where no link can be made, as on a log record. */
function idsOf(opened: SpanContext | undefined): Record<string, string> {
  if (!opened) return {};
  return { 'forkguard.opened.trace_id': opened.traceId, 'forkguard.opened.span_id': opened.spanId };
}

function isSampled(context: SpanContext | undefined): boolean {
  return context !== undefined && (context.traceFlags & 1) === 1;
}

/** `Resource.span` is whatever the tracer gave, and may have come from another thread. */
function spanContextOf(value: unknown): SpanContext | undefined {
  const { traceId, spanId } = (value ?? {}) as Partial<SpanContext>;
  return typeof traceId === 'string' && typeof spanId === 'string' ? (value as SpanContext) : undefined;
}
