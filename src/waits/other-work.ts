/** What a program waits for besides a child, and what could make it go on with that child when it comes. */

import type { Socket } from 'node:net';

/** Requests to libuv: each ends, and calls the program back. From release 26 on Node does not list them. */
const REQUESTS: ReadonlyMap<string, string> = new Map([
  ['FSReqCallback', 'the file system'],
  ['FSReqPromise', 'the file system'],
  ['GetAddrInfoReqWrap', 'a host name'],
  ['QueryReqWrap', 'a host name'],
  ['TCPConnectWrap', 'a connection'],
  ['PipeConnectWrap', 'a connection'],
]);

/**
 * Something that was begun and will have an outcome, in words; undefined where there is nothing of the kind.
 * Timers do not count, because most limit a wait; nor does what waits for others to begin: listeners, and the
 * connections that they have accepted.
 */
export function workUnderWay(): string | undefined {
  for (const name of process.getActiveResourcesInfo()) {
    const request = REQUESTS.get(name);
    if (request !== undefined) return request;
  }
  // Node has no documented way to tell a connection that was made from one that was accepted
  const { _getActiveHandles: handles } = process as { _getActiveHandles?: () => readonly object[] };
  const sockets = (handles?.call(process) ?? []).filter(isSocket);
  const accepted = new Set(sockets.filter(isAccepted).map(({ remotePort }) => remotePort));
  for (const socket of sockets) {
    if (isInput(socket)) return 'its own stdin';
    if (socket.connecting) return 'a connection';
    const { remotePort, localPort } = socket;
    // a program that is its own client waits for itself
    if (remotePort === undefined || isAccepted(socket) || accepted.has(localPort)) continue;
    return `an answer on its connection to port ${remotePort}`;
  }
  return undefined;
}

function isSocket(handle: object): handle is Socket {
  return 'remotePort' in handle;
}

function isAccepted(socket: Socket): boolean {
  return Boolean((socket as { server?: unknown }).server);
}

/** `process.stdin`, which is not made for this. */
function isInput(socket: Socket): boolean {
  return (socket as { fd?: unknown }).fd === 0;
}
