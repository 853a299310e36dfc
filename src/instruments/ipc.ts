import { type Callable, proxyOf } from './patch';
import type { ForkSink } from './sink';

/** `send` and `disconnect` are own properties of each end of a channel, made when the channel is. */
export function instrumentChannel(sink: ForkSink, target: object): void {
  const owner = target as { send?: unknown; disconnect?: unknown };
  if (typeof owner.send !== 'function') return;
  owner.send = proxyOf(owner.send as Callable, (original, self, args) => {
    const result = Reflect.apply(original, self, args);
    if (typeof args[1] === 'object' && args[1] !== null) sink.sent(target, args[1]);
    return result;
  });
  if (typeof owner.disconnect !== 'function') return;
  owner.disconnect = proxyOf(owner.disconnect as Callable, (original, self, args) => {
    sink.disconnecting(target);
    return Reflect.apply(original, self, args);
  });
}
