import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { captureError } from '../site';
import type { Sink } from './sink';

const DEPTH = 10;
/** Node publishes each new `Worker` here from its constructor: nothing need be loaded or patched. */
const CHANNEL = 'worker_threads';

export function instrumentWorkerThreads(sink: Sink): () => void {
  const started = (message: unknown) => {
    const { worker } = message as { worker: Worker };
    sink.started(worker, captureError(DEPTH));
  };
  subscribe(CHANNEL, started);
  return () => unsubscribe(CHANNEL, started);
}
