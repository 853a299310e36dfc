import type { Context, ContextManager, TextMapGetter, TextMapSetter } from '@opentelemetry/api';
import { API, registered } from '../tracing';
import { loadApi } from './copies';

/**
 * A trace's context in environment variables, as the OpenTelemetry specification has it ("Environment Variables
 * as Context Propagation Carriers"): the propagator chooses names and values, the carrier writes names in capitals.
 */
type Environment = Record<string, string | undefined>;

const setter: TextMapSetter<Record<string, string>> = {
  set(carrier, key, value) {
    carrier[variableName(key)] = value;
  },
};

const getter: TextMapGetter<Environment> = {
  get: (carrier, key) => carrier[variableName(key)],
  keys: (carrier) => Object.keys(carrier).filter((name) => variableName(name) === name),
};

/** `traceparent` is `TRACEPARENT`; what may not stand in a variable's name becomes an underscore. */
export function variableName(key: string): string {
  return key
    .toUpperCase()
    .replace(/[^A-Z0-9_]/g, '_')
    .replace(/^(?=[0-9])/, '_');
}

/** The variables that carry `context`: `TRACEPARENT` and others, as the registered propagator chooses. */
export function variablesOf(context: Context): Record<string, string> {
  const variables: Record<string, string> = {};
  loadApi()?.propagation.inject(context, variables, setter);
  return variables;
}

/** The context that this process was started with; undefined where its environment carries none. */
export function contextFrom(environment: Environment): Context | undefined {
  const api = loadApi();
  if (!api) return undefined;
  const context = api.propagation.extract(api.ROOT_CONTEXT, environment, getter);
  return context === api.ROOT_CONTEXT ? undefined : context;
}

let wanted = false;
const adopted = new WeakMap<ContextManager, ContextManager['active']>();

/**
 * Makes the context that this process was started with the one that is active where no other is, so that its
 * first spans have the parent's as their parent. If no context manager is registered yet, it waits for one.
 */
export function adoptParent(environment: Environment): void {
  wanted = true;
  const there = registered();
  const manager = there?.context as ContextManager | undefined;
  if (!manager) {
    const again = () => {
      if (wanted) adoptParent(environment);
    };
    if (there) onceSet(there, 'context', again);
    else onceSet(globalThis, API, again);
    return;
  }
  const api = loadApi();
  if (!api || adopted.has(manager)) return;
  const active = manager.active;
  let parent: Context | undefined;
  let extracted = false;
  adopted.set(manager, active);
  manager.active = function (this: ContextManager) {
    const context = active.call(this);
    if (api.trace.getSpan(context)) return context;
    if (!extracted && registered()?.propagation !== undefined) {
      extracted = true; // not sooner: the propagator may be registered after the manager
      parent = contextFrom(environment);
    }
    const span = parent && api.trace.getSpan(parent);
    if (!parent || !span) return context;
    return context === api.ROOT_CONTEXT ? parent : api.trace.setSpan(context, span);
  };
}

/** An SDK may register itself after its instrumentations, and begin a span at once: too soon for a timer. */
function onceSet(owner: object, key: string | symbol, then: () => void): void {
  Object.defineProperty(owner, key, {
    configurable: true,
    enumerable: true,
    get: () => undefined,
    set(value: unknown) {
      Object.defineProperty(owner, key, { configurable: true, enumerable: true, writable: true, value });
      then();
    },
  });
}

/** Undoes `adoptParent`. */
export function abandonParent(): void {
  wanted = false;
  const manager = registered()?.context as ContextManager | undefined;
  const active = manager && adopted.get(manager);
  if (!manager || !active) return;
  adopted.delete(manager);
  if (Object.hasOwn(manager, 'active')) Reflect.deleteProperty(manager, 'active');
}
