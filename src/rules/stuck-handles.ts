import type { Rule } from './rule';
import { named, seconds } from './words';

/**
 * ### What it reports
 * Sockets or servers that were sent to a child with `child.send(message, socket)` and that it does not take.
 *
 * ### Why
 * Node sends one socket at a time and waits for the child's acknowledgement before it sends the next, and before it
 * closes its own copy. While the child is busy or asleep, connections lie in this process and their clients wait.
 *
 * ### Certain because
 * The same message has been without its acknowledgement for `FORKGUARD_STALL_MS`, and the child lives. A child that
 * still loads its modules, so that its event loop has not begun to watch the channel, is given ten times as long. Of a
 * worker of `cluster` it is `info`: a request that takes its time is enough.
 *
 * ### Example
 * ```js
 * net.createServer({ pauseOnConnect: true }, (socket) => child.send('connection', socket));
 * // the child computes for seconds
 * ```
 *
 * ### Instead
 * Keep the child's event loop free (compute in a worker thread), or let the child listen itself (`cluster`).
 */
export const stuckHandles: Rule = {
  name: 'stuck-handles',
  severity: 'warning',
  summary: 'sockets that were sent to a child wait in this process because the child does not take them',
  *stall(snapshot) {
    for (const { fork, child, handles } of snapshot.children()) {
      if (!handles) continue;
      const { queued, ms, stopped, proof } = handles;
      const clustered = fork.api === 'cluster.fork';
      const [one, many] = clustered
        ? ['a connection', 'connections']
        : ['a socket or server', 'sockets or servers'];
      const what = queued === 1 ? `${one} that was` : `${queued} ${many} that were`;
      yield {
        what: `${named(child)} does not take ${what} sent to it`,
        forked: fork.forked,
        why: `Node hands over one at a time and waits until the child has acknowledged it, which the child's event loop does when it is free; it has not ${stopped ? 'done so' : 'been'} for ${seconds(ms)}${stopped ? ', because the child is stopped' : ''}, so the connections lie in this process and their clients wait`,
        help: stopped
          ? "let the child go on: `child.kill('SIGCONT')`, or detach the debugger that holds it"
          : `keep the event loop of the child free (long work belongs in a worker thread)${clustered ? '' : ', or let the child listen itself, as `cluster` does'}`,
        proof,
        subject: 'handles',
        ...(clustered && { severity: 'info' as const }),
        fork: fork.id,
        child,
      };
    }
  },
};
