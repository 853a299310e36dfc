import { patchGetter, proxyOf } from './patch';
import type { Sink } from './sink';

type Callback = (...args: unknown[]) => unknown;

/**
 * `process.stdout` and `process.stderr` of a worker thread pass through the thread that started it. Writes with a
 * callback of the program are followed until the callback is called; those of `console` have one of Node's own.
 */
export function instrumentWorkerOutput(sink: Sink): void {
  const followed = new WeakSet<object>();
  for (const name of ['stdout', 'stderr'] as const) {
    patchGetter(process, name, (original, self) => {
      const stream = Reflect.apply(original, self, []) as NodeJS.WriteStream;
      if (stream && !followed.has(stream)) {
        followed.add(stream);
        follow(sink, stream, name);
      }
      return stream;
    });
  }
}

function follow(sink: Sink, stream: NodeJS.WriteStream, name: 'stdout' | 'stderr'): void {
  const value = proxyOf(stream.write as Callback, (original, self, args) => {
    const at = args.findIndex((arg) => typeof arg === 'function');
    const callback = args[at] as Callback | undefined;
    if (!callback || isConsoles(callback)) return Reflect.apply(original, self, args);
    const done = sink.writing(name);
    const given = [...args];
    given[at] = proxyOf(callback, (inner, receiver, results) => {
      done();
      return Reflect.apply(inner, receiver, results);
    });
    return Reflect.apply(original, self, given);
  });
  Object.defineProperty(stream, 'write', { value, configurable: true, writable: true, enumerable: false });
}

function isConsoles(callback: Callback): boolean {
  const { _stdoutErrorHandler, _stderrErrorHandler } = console as unknown as Record<string, unknown>;
  return callback === _stdoutErrorHandler || callback === _stderrErrorHandler;
}
