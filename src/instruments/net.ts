import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server, Socket } from 'node:net';
import { captureError } from '../site';
import { patch } from './patch';
import type { Sink } from './sink';

/**
 * The program's line lies under two or three frames of Node's for `net.connect`, five or six for `http.get`, and one
 * of ours. Each frame costs every client socket 75 bytes.
 */
const CONNECT_DEPTH = 8;
const LISTEN_DEPTH = 16;

/** Node's own channel; it fires when `listen` fails, after the program's stack is gone. */
const LISTEN_ERROR = 'tracing:net.server.listen:error';

/** Listeners and client sockets. Accepted sockets belong to their listener and cost nothing. */
export function instrumentNet(sink: Sink): () => void {
  const net = require('node:net') as typeof import('node:net');
  patch(net.Server.prototype, 'listen', (original, self, args) => {
    sink.listening(self as Server, captureError(LISTEN_DEPTH), args);
    return Reflect.apply(original, self, args);
  });
  patch(net.Socket.prototype, 'connect', (original, self, args) => {
    // as `captureError`, which would be a frame of its own
    const limit = Error.stackTraceLimit;
    let stack: Error | undefined;
    try {
      Error.stackTraceLimit = CONNECT_DEPTH;
      stack = new Error();
      Error.stackTraceLimit = limit;
    } catch {} // --frozen-intrinsics
    sink.connecting(self as Socket, stack, args);
    return Reflect.apply(original, self, args);
  });
  const refused = (message: unknown) => {
    const { server, error } = message as { server: Server; error: NodeJS.ErrnoException };
    sink.refused(server, error);
  };
  subscribe(LISTEN_ERROR, refused);
  return () => unsubscribe(LISTEN_ERROR, refused);
}
