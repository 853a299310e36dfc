import type { Channel, TracingChannel } from 'node:diagnostics_channel';
import type { ForkRecord, Hazard, Resource } from './model';

// dc-polyfill has no types of its own; it gives what Node's module gives, to every Node.
const diagnosticsChannel: typeof import('node:diagnostics_channel') = require('dc-polyfill');

/** Payload of `forkguard:fork`: `start` before the child is made, `end` after, `error` where that failed. */
export interface ForkMessage {
  /** Known from `end` on. */
  record?: ForkRecord;
  readonly command: string;
  error?: unknown;
}

/** Payload of `forkguard:resource:open`; anybody may publish it. `fd` lets a descriptor be named in a report. */
export interface ResourceMessage extends Pick<Resource, 'kind' | 'label'> {
  readonly fd?: number;
  /** The object that the program knows it by, such as a `net.Socket`. */
  readonly resource?: object;
}

/** Tracing channel: each fork. */
export const forkChannel: TracingChannel<unknown, ForkMessage> = diagnosticsChannel.tracingChannel<
  unknown,
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
