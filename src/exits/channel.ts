/** What waits in an IPC channel. A module of its own: every Node child asks at its end. */

export interface Handle {
  readonly writeQueueSize?: unknown;
  readonly fd?: unknown;
}

/** The handle of an IPC channel lies under a symbol of Node's on either end of it. */
export function channelHandle(end: object): Handle | undefined {
  return handleUnder(end, 'kChannelHandle') as Handle | undefined;
}

/** What Node keeps in its objects under a symbol of its own, which nobody exports. */
export function handleUnder(object: object, name: string): unknown {
  const symbol = Object.getOwnPropertySymbols(object).find(({ description }) => description === name);
  return symbol && (object as Record<symbol, unknown>)[symbol];
}

/** Bytes that libuv has and the kernel has not taken. */
export function queued(handle: Handle | null | undefined): number {
  const size = handle?.writeQueueSize;
  return typeof size === 'number' ? size : 0;
}

/** Bytes in the channel's queue that the kernel has not taken. */
export function channelBacklog(end: object): number {
  return (end as { connected?: unknown }).connected === true ? queued(channelHandle(end)) : 0;
}
