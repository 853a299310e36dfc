import type { Channel, TracingChannel } from 'node:diagnostics_channel';
import type { Fork, ForkRecord, Hazard, ResourceKind } from './model';

// dc-polyfill has no types of its own; it gives what Node's module gives, to every Node.
const diagnosticsChannel: typeof import('node:diagnostics_channel') = require('dc-polyfill');

/**
 * Payload of `forkguard:fork`. All events of one fork carry the same object, so a subscriber can keep what belongs
 * to a fork in a WeakMap. Everything is worked out when it is read: who reads nothing pays nothing.
 */
export interface ForkMessage {
  /** What the program asked for and, from `end` on, what came of it (`child`, `blockedMs`, `error`). */
  readonly fork: Fork;
  /** `fork.command`. */
  readonly command: string;
  /** What crosses into the child. Only during `end`, where it can still be looked at. */
  readonly record?: ForkRecord | undefined;
  /** In `error`: why there is no child; a system error code such as `ENOENT` where there is one. */
  readonly error?: unknown;
  /** In `asyncEnd`, for `*Sync` calls in `end`: the child's exit code; null where a signal ended it. */
  readonly exitCode?: number | null | undefined;
  /** The signal that ended the child. */
  readonly signal?: string | null | undefined;
  /** True in `asyncEnd` if the program has let a detached child go with `unref()`: it runs on, unfollowed. */
  readonly released?: boolean;
  /** True if the program itself has sent the child a signal that may end it. */
  readonly killed?: boolean;
  /**
   * Variables that a subscriber to `start` wants in the child's environment, such as `TRACEPARENT`. One that the
   * program itself has set for this child stays as it is.
   */
  env?: Record<string, string>;
  /** An OpenTelemetry span that a subscriber to `start` has made for this fork: it gets the fork's hazards. */
  span?: unknown;
}

/** Payload of `forkguard:resource:open` and `forkguard:resource:close`; anybody may publish them. */
export interface ResourceMessage {
  readonly kind: ResourceKind;
  /** For people: "connection to 10.0.0.7:5432", "lock file of /var/lib/app". */
  readonly label: string;
  /** Number of the descriptor in this process, if there is one: by it a report names what crosses. */
  readonly fd?: number | undefined;
  /** The object that the program knows it by, such as a `net.Socket`. */
  readonly resource?: object | undefined;
}

/** Tracing channel: each fork. */
export const forkChannel: TracingChannel<object, ForkMessage> = diagnosticsChannel.tracingChannel<
  object,
  ForkMessage
>('forkguard:fork');
/** Each hazard when it is first reported, allowed ones left out. */
export const hazardChannel: Channel<unknown, Hazard> = diagnosticsChannel.channel(
  'forkguard:hazard',
) as Channel<unknown, Hazard>;
export const openChannel: Channel<unknown, ResourceMessage> = diagnosticsChannel.channel(
  'forkguard:resource:open',
) as Channel<unknown, ResourceMessage>;
export const closeChannel: Channel<unknown, ResourceMessage> = diagnosticsChannel.channel(
  'forkguard:resource:close',
) as Channel<unknown, ResourceMessage>;
