import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CHANNEL, markChildren, type Request } from './protocol';

/** Lets test code of this thread ask. Nothing is loaded before it does. Returns what ends it. */
export function answerTests(answer: (request: Request) => void): () => void {
  const asked = (message: unknown) => {
    markChildren(process.env);
    answer(message as Request);
  };
  subscribe(CHANNEL, asked);
  return () => unsubscribe(CHANNEL, asked);
}
