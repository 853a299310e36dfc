import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { captureError } from '../site';
import { addOwn, patch } from './patch';
import type { Sink } from './sink';

const DEPTH = 10;
/** Node publishes each new `Worker` here from its constructor: nothing need be loaded. */
const CHANNEL = 'worker_threads';

export function instrumentWorkerThreads(sink: Sink): () => void {
  let watched = false;
  const started = (message: unknown) => {
    const { worker } = message as { worker: Worker };
    if (!watched) watchEnds(worker, sink);
    watched = true;
    const stack = captureError(DEPTH);
    sink.safely('started', () => sink.threads.started(worker, stack));
  };
  subscribe(CHANNEL, started);
  return () => unsubscribe(CHANNEL, started);
}

/** The end of worker threads is learned in `emit`: a listener of ours would be counted by the program. */
function watchEnds(worker: Worker, sink: Sink): void {
  const { emit } = EventEmitter.prototype;
  let prototype: object | null = worker;
  while (prototype && Object.getPrototypeOf(prototype) !== EventEmitter.prototype)
    prototype = Object.getPrototypeOf(prototype);
  if (!prototype || prototype === worker) return;
  patch(prototype, 'terminate', (original, self, args) => {
    sink.safely('terminate', () => sink.threads.terminating(self as Worker));
    return Reflect.apply(original, self, args);
  });
  addOwn(prototype, 'emit', emit, (_, self, args) => {
    if (args[0] !== 'exit') return Reflect.apply(emit, self, args);
    try {
      return Reflect.apply(emit, self, args);
    } finally {
      sink.safely('ended', () => sink.threads.ended(self as Worker, Number(args[1])));
    }
  });
}
