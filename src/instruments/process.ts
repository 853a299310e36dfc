import { EventEmitter } from 'node:events';
import { capture } from '../site';
import { addOwn, patch, patchGetter } from './patch';
import type { Sink } from './sink';

const DEPTH = 16;

/** Streams of descriptors 0 to 2 that the program has asked Node for. Asking makes them, so we never do. */
export type TouchedStdio = Map<number, NodeJS.ReadStream | NodeJS.WriteStream>;

/** Event names that no listener of the program may see, and when. */
export type HiddenEvents = (event: unknown, argument: unknown) => boolean;

/**
 * The process's end, its standard streams and `process.execve`. `exit` is learned in `emit`, which stands on the
 * prototype of `process`: a listener of ours would be counted by the program and could raise
 * MaxListenersExceededWarning, and would not run last.
 */
export function instrumentProcess(sink: Sink, touched: TouchedStdio, hidden: HiddenEvents): void {
  const emit = EventEmitter.prototype.emit;
  addOwn(Object.getPrototypeOf(process), 'emit', emit, (_, self, args) => {
    if (self !== process) return Reflect.apply(emit, self, args);
    const event = args[0];
    if (event === 'exit' && isEnding()) {
      const exiting = (code: number) => sink.exiting(code);
      // a listener that calls `process.exit()` itself does not come back
      const undo = beforeReallyExit(exiting);
      try {
        return Reflect.apply(emit, self, args);
      } finally {
        undo();
        const code = Number(process.exitCode ?? args[1] ?? 0);
        if (isWrapped() && isInExit()) beforeReallyExit(exiting);
        else exiting(code);
      }
    }
    // who is told of an error by a promise has listened
    if (event === 'uncaughtExceptionMonitor' && args[2] !== 'unhandledRejection') sink.uncaught(args[1]);
    else if (isRequest(event) && process.listenerCount(event as 'disconnect') > 0) sink.askedToEnd(event);
    else if (event === 'worker' && hidden(event, args[1])) return false;
    return Reflect.apply(emit, self, args);
  });
  for (const [fd, name] of ['stdin', 'stdout', 'stderr'].entries()) {
    patchGetter(process, name, (original, self) => {
      const stream = Reflect.apply(original, self, []) as NodeJS.ReadStream;
      touched.set(fd, stream);
      return stream;
    });
  }
  patch(process, 'kill', (original, self, args) => {
    if (typeof args[0] === 'number') sink.signalling(args[0], args[1]);
    return Reflect.apply(original, self, args);
  });
  patch(process, 'execve', (original, self, args) => {
    sink.replacing(args);
    return Reflect.apply(original, self, args);
  });
}

/** By these a process learns that it is to end. Nothing is called here that a program could have replaced. */
function isRequest(event: unknown): event is string {
  switch (event) {
    case 'SIGTERM':
    case 'SIGINT':
    case 'SIGHUP':
    case 'SIGQUIT':
    case 'SIGUSR2': // nodemon's
    case 'disconnect':
      return true;
    default:
      return false;
  }
}

/** False where a program emits `exit` by itself, and goes on (lib/internal/process/per_thread.js). */
const isEnding = () => (process as { _exiting?: boolean })._exiting !== false;

/** Somebody has put an `emit` of his own in front of ours, and may act once ours has returned. */
const isWrapped = () => Object.hasOwn(process, 'emit');

const isInExit = () => capture(DEPTH).through('node:internal/process/per_thread').includes('exit');

/** Acts when `process.exit()` has called everybody and takes the last step; returns how to take that back. */
function beforeReallyExit(act: (code: number) => void): () => void {
  const owner = process as unknown as { reallyExit?: (code?: number | string) => void };
  const { reallyExit } = owner;
  const last: typeof reallyExit = (code) => {
    undo();
    act(Number(code ?? 0));
    return Reflect.apply(reallyExit as object as () => void, process, [process.exitCode || code]);
  };
  const undo = () => {
    if (owner.reallyExit === last) Reflect.set(owner, 'reallyExit', reallyExit);
  };
  if (typeof reallyExit === 'function') Reflect.set(owner, 'reallyExit', last);
  return undo;
}
