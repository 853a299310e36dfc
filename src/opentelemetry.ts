/**
 * `forkguard/opentelemetry`: spans of forks, for `registerInstrumentations` or `new NodeSDK({ instrumentations })`.
 */
import type { MeterProvider, Span, Tracer, TracerProvider } from '@opentelemetry/api';
import { type ForkMessage, forkChannel } from './channels';
import { messageOf, say } from './say';
import { start } from './start';
import { loadApi } from './telemetry/copies';
import { abandonParent, adoptParent, variablesOf } from './telemetry/environment';
import { endSpan, nameOf, startAttributes } from './telemetry/fork-span';
import { NAME, VERSION } from './telemetry/scope';

export interface ForkguardInstrumentationConfig {
  /** False: no spans until `enable()`, which `registerInstrumentations` and `NodeSDK` call themselves. Default: true. */
  enabled?: boolean;
  /**
   * Carries the trace across the fork. In the parent: each child gets `TRACEPARENT` (and what else the registered
   * propagator writes, such as `TRACESTATE` and `BAGGAGE`) in its environment, unless the program has set it for
   * this child itself. In the child: spans that would begin a trace continue the one that its own environment
   * names. Default: false, because it changes what the child sees.
   */
  propagateContext?: boolean;
  /** Whether spans have `process.command_args`, without what looks like a secret. Default: true. */
  commandArgs?: boolean;
}

/**
 * Makes a span of each fork, from the call that makes the child until the child has ended or was let go; hazards
 * of the fork are events on it. Enabling it starts forkguard where the preload did not: what the program had
 * opened before is then not known by its place.
 */
export class ForkguardInstrumentation {
  readonly instrumentationName = NAME;
  readonly instrumentationVersion = VERSION;
  readonly #spans = new WeakMap<ForkMessage, Span>();
  #config: ForkguardInstrumentationConfig;
  #provider: TracerProvider | undefined;
  #subscribed = false;

  constructor(config: ForkguardInstrumentationConfig = {}) {
    this.#config = { enabled: true, ...config };
    if (this.#config.enabled) this.enable();
  }

  enable(): void {
    this.#config = { ...this.#config, enabled: true };
    if (this.#subscribed) return;
    this.#subscribed = true;
    start();
    forkChannel.subscribe(this.#subscribers);
    this.#adoptParent();
  }

  disable(): void {
    this.#config = { ...this.#config, enabled: false };
    if (!this.#subscribed) return;
    this.#subscribed = false;
    forkChannel.unsubscribe(this.#subscribers);
    abandonParent();
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#provider = provider;
    this.#adoptParent();
  }

  /** Metrics come with the reporter `otel`, from the registered meter provider. */
  setMeterProvider(_provider: MeterProvider): void {}

  setConfig(config: ForkguardInstrumentationConfig): void {
    this.#config = { enabled: true, ...config };
    this.#adoptParent();
  }

  getConfig(): ForkguardInstrumentationConfig {
    return this.#config;
  }

  #adoptParent(): void {
    if (this.#config.propagateContext && this.#subscribed) adoptParent(process.env);
  }

  get #tracer(): Tracer | undefined {
    return (this.#provider ?? loadApi()?.trace)?.getTracer(NAME, VERSION);
  }

  readonly #started = (message: ForkMessage): void => {
    const api = loadApi();
    const tracer = this.#tracer;
    if (!api || !tracer) return;
    const span = tracer.startSpan(nameOf(message.fork), {
      kind: api.SpanKind.CLIENT,
      attributes: startAttributes(message.fork, this.#config.commandArgs !== false),
    });
    this.#spans.set(message, span);
    message.span = span;
    if (!this.#config.propagateContext) return;
    const variables = variablesOf(api.trace.setSpan(api.context.active(), span));
    message.env = { ...message.env, ...variables };
  };

  readonly #ended = (message: ForkMessage): void => {
    const { fork } = message;
    if (!fork.blocking && fork.child) {
      const span = this.#spans.get(message);
      span?.setAttributes({
        'process.pid': fork.child.pid,
        ...(fork.blockedMs !== undefined && { 'forkguard.fork.duration': fork.blockedMs / 1000 }),
      });
    } else this.#finished(message);
  };

  readonly #finished = (message: ForkMessage): void => {
    const span = this.#spans.get(message);
    if (!span) return;
    this.#spans.delete(message);
    endSpan(span, message);
  };

  readonly #subscribers = {
    start: safely(this.#started),
    end: safely(this.#ended),
    asyncEnd: safely(this.#finished),
    asyncStart: ignore,
    error: ignore,
  };
}

function ignore(): void {}

/** An error that leaves a subscriber would end the program. */
function safely(act: (message: ForkMessage) => void): (message: ForkMessage) => void {
  return (message) => {
    try {
      act(message);
    } catch (error) {
      say(`no span could be made of a fork, the program goes on: ${messageOf(error)}`);
    }
  };
}
