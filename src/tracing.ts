import type { Span, SpanContext } from '@opentelemetry/api';

/**
 * Whether the program traces itself. `@opentelemetry/api` registers each part of an SDK in one object under this
 * symbol, which all its 1.x copies share; `@opentelemetry/api-logs` has a symbol of its own.
 */
export const API = Symbol.for('opentelemetry.js.api.1');
const LOGS = Symbol.for('io.opentelemetry.js.api.logs');

export interface Registered {
  /** Of the copy of the API through which the first part was registered. */
  readonly version: string;
  readonly trace?: object;
  readonly context?: object;
  readonly metrics?: object;
  readonly propagation?: object;
  /** From version 1.10 of the API on. */
  readonly logs?: object;
}

/** Asked at each opening and fork instead of once, so that an SDK may come at any time: two property reads. */
export function registered(): Registered | undefined {
  return (globalThis as { [API]?: Registered })[API];
}

/** An SDK is there that takes spans, metrics or log records. */
export function isTraced(): boolean {
  const there = registered();
  if (there?.trace !== undefined || there?.metrics !== undefined || there?.logs !== undefined) return true;
  return hasLogsApi();
}

/** A logger provider was registered through `@opentelemetry/api-logs`. */
export function hasLogsApi(): boolean {
  return LOGS in globalThis;
}

let loadApi: typeof import('./telemetry/copies')['loadApi'] | undefined;

/** The span that is active here; undefined where nobody traces. Never throws. */
export function activeSpan(): Span | undefined {
  if (registered()?.context === undefined) return undefined; // nothing keeps track of what is active
  try {
    loadApi ??= (require('./telemetry/copies') as typeof import('./telemetry/copies')).loadApi;
    const api = loadApi();
    return api?.trace.getSpan(api.context.active());
  } catch {
    return undefined;
  }
}

/** The context of the span that is active here: a few strings, which keep nothing of the span alive. */
export function activeSpanContext(): unknown {
  return activeSpan()?.spanContext();
}

/** What a link needs of a span's context, for JSON: in that of some tracers lies the whole trace, which has cycles. */
export function plainContext(context: unknown): unknown {
  const { traceId, spanId, traceFlags } = (context ?? {}) as Partial<SpanContext>;
  return { traceId, spanId, traceFlags };
}
