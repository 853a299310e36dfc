import type { Rule } from './rule';
import { childOf, connectionProof, isConnected, openerOf, protocolOf, thing } from './words';

/**
 * ### What it reports
 * A connected socket that a child gets: passed in `stdio` (`info`), or leaked to it (`warning`; `info`, once for
 * each process, if a launcher left it).
 *
 * ### Why
 * Parent and child then have the same connection. When one of them closes it, no FIN is sent while the other
 * lives, and the peer waits. If both use it their bytes interleave: an answer to one query is read as the answer
 * to another.
 *
 * ### Certain because
 * `/proc/net/tcp` shows the socket as ESTABLISHED, or it is a UNIX socket that this program connected or accepted; and it
 * crosses: it is in `stdio`, or it lacks close-on-exec.
 * It is a `warning`, too, where some 50 ms after the fork this process still reads a connection that it passed by its
 * number and the child still has it: both use it.
 * Descriptors 0 to 2 that a child inherits are left alone: that is how inetd and CGI programs work.
 *
 * ### Example
 * ```js
 * spawn('worker', { stdio: ['ignore', 'inherit', 'inherit', client._handle.fd] }); // a PostgreSQL connection
 * ```
 *
 * ### Instead
 * Let the child open its own connection: give it the address, not the socket.
 */
export const sharedConnections: Rule = {
  name: 'shared-connections',
  severity: 'info',
  summary: 'a connected socket is shared with a child: no FIN while it lives, and bytes of both interleave',
  *fork(snapshot) {
    const { moment } = snapshot;
    for (const { descriptor, childFd, proof, via } of snapshot.crossings()) {
      if (descriptor.fd < 3 || descriptor.kind !== 'socket' || !isConnected(descriptor)) continue;
      const inherited = via === 'leak' && descriptor.origin === 'inherited';
      const protocol = protocolOf(descriptor);
      yield {
        what: `${childOf(moment)} shares the ${thing(descriptor)}`,
        opened: openerOf(descriptor),
        forked: moment.forked,
        why: `the child has the socket as descriptor ${childFd}; closing it here does not end it while the child lives, so the peer waits for the end${protocol ? `, and if both use it, ${protocol} answers reach whoever reads first` : ', and if both use it, their bytes interleave'}`,
        help: 'let the child open a connection of its own; if it is handed over on purpose, end it here with `socket.end()` before the fork returns to other work',
        proof: [...proof, connectionProof(descriptor)],
        subject: descriptor.socket?.remote || descriptor.target,
        once: inherited,
        severity: via === 'leak' && !inherited ? 'warning' : 'info',
        fork: moment.id,
        child: moment.child,
        resource: descriptor.resource,
      };
    }
  },
  *aftermath(snapshot) {
    const { moment } = snapshot;
    for (const { descriptor, childFd, proof } of snapshot.usedByBoth()) {
      // as the child's stdin it is a matter of who reads: shared-readers
      if (childFd === 0 || !isConnected(descriptor)) continue;
      const protocol = protocolOf(descriptor);
      yield {
        what: `this process goes on using the ${thing(descriptor)}, which ${childOf(moment)} has, too`,
        opened: openerOf(descriptor),
        forked: moment.forked,
        why: `both have the same connection as descriptor ${descriptor.fd} here and ${childFd} there; what the child sends, the server takes for this process's, and ${protocol ?? 'its'} answers reach whoever reads first: the answer to one question is read as the answer to another`,
        help: 'let the child open a connection of its own: give it the address, not the socket',
        proof: [
          ...proof,
          `/proc/${moment.child?.pid}/fd/${childFd} -> ${descriptor.target}`,
          `the socket on descriptor ${descriptor.fd} is reading (its handle has reading = true) after the fork`,
        ],
        subject: `both ${descriptor.socket?.remote || descriptor.target}`,
        severity: 'warning',
        fork: moment.id,
        child: moment.child,
        resource: descriptor.resource,
      };
    }
  },
};
