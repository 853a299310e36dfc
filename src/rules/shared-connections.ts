import type { Rule } from './rule';
import { childOf, isConnected, openerOf, protocolOf, thing } from './words';

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
 * `/proc/net/tcp` shows the socket as ESTABLISHED, and it crosses: it is in `stdio`, or it lacks close-on-exec.
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
      const { socket } = descriptor;
      const inherited = via === 'leak' && descriptor.origin === 'inherited';
      const protocol = protocolOf(socket?.remote ?? '');
      yield {
        what: `${childOf(moment)} shares the ${thing(descriptor)}`,
        opened: openerOf(descriptor),
        forked: moment.forked,
        why: `the child has the socket as descriptor ${childFd}; closing it here sends no FIN while the child lives, so the peer waits for the end${protocol ? `, and if both use it, ${protocol} answers reach whoever reads first` : ', and if both use it, their bytes interleave'}`,
        help: 'let the child open a connection of its own; if it is handed over on purpose, end it here with `socket.end()` before the fork returns to other work',
        proof: [
          ...proof,
          `/proc/net/${socket?.protocol}: ${socket?.local} -> ${socket?.remote} is ESTABLISHED`,
        ],
        subject: socket?.remote ?? descriptor.target,
        once: inherited,
        severity: via === 'leak' && !inherited ? 'warning' : 'info',
        fork: moment.id,
        child: moment.child,
        resource: descriptor.resource,
      };
    }
  },
};
