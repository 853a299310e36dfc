import { hasSubscribers } from 'node:diagnostics_channel';
import type { ForkMessage } from './channels';
import type { Ending, ForkCall } from './instruments/fork-call';
import type { Fork, ForkRecord } from './model';

class Message implements ForkMessage {
  readonly #call: ForkCall;
  #record: (() => ForkRecord) | undefined;
  env?: Record<string, string>;
  span?: unknown;
  exitCode?: number | null;
  signal?: string | null;
  released?: boolean;

  constructor(call: ForkCall) {
    this.#call = call;
  }

  get fork(): Fork {
    return this.#call;
  }

  get command(): string {
    return this.#call.command;
  }

  get error(): string | undefined {
    return this.#call.child ? undefined : this.#call.error;
  }

  get killed(): boolean {
    return this.#call.killed;
  }

  get record(): ForkRecord | undefined {
    return this.#record?.();
  }

  /** Lets subscribers read the record while they are told, and not later: it would tell of another moment. */
  whileReadable(record: () => ForkRecord, tell: () => void): void {
    this.#record = record;
    try {
      tell();
    } finally {
      this.#record = undefined;
    }
  }
}

const EVENTS = ['start', 'end', 'error', 'asyncStart', 'asyncEnd'].map(
  (event) => `tracing:forkguard:fork:${event}`,
);

/** Made only once somebody has subscribed. */
function forkChannel(): typeof import('./channels')['forkChannel'] {
  return (require('./channels') as typeof import('./channels')).forkChannel;
}

/** Only forks that somebody was told the start of are here. */
const messages = new WeakMap<ForkCall, Message>();

/** Somebody wants to be told of forks. */
export function isHeard(): boolean {
  return EVENTS.some((event) => hasSubscribers(event));
}

/** A child is about to be made. */
export function publishStart(call: ForkCall): void {
  // after execve nobody of us is there to tell the end
  if (call.primitive === 'execve' || !isHeard()) return;
  const message = new Message(call);
  messages.set(call, message);
  call.subscribed = true;
  forkChannel().start.publish(message);
  call.span = message.span ?? call.span;
  call.variables = message.env;
}

/** The call has come back, with a child or without. */
export function publishEnd(call: ForkCall, record: () => ForkRecord): void {
  const message = messages.get(call);
  if (!message) return;
  if (message.error !== undefined) forkChannel().error.publish(message);
  Object.assign(message, call.ending);
  message.whileReadable(record, () => forkChannel().end.publish(message));
}

/** The child has ended, or the program has let go of it. */
export function publishAsyncEnd(call: ForkCall, outcome: Ending | { readonly released: true }): void {
  const message = messages.get(call);
  if (!message) return;
  messages.delete(call);
  Object.assign(message, outcome);
  forkChannel().asyncStart.publish(message);
  forkChannel().asyncEnd.publish(message);
}
