import type { SharedDescriptor } from '../facts/exit';
import type { ChildFacts, Fork, SocketFacts } from '../model';
import type { Rule } from './rule';
import { childOf, isListener, named, openerOf } from './words';

/**
 * ### What it reports
 * A listening socket that a child keeps although it does not serve it: at a fork if it leaked, at the exit of
 * this process if the child lives on, also where the server was closed before, and when `listen` fails because the
 * child still has the socket.
 *
 * ### Why
 * A port is bound for as long as any process has the listening socket. `server.close()` or the end of this
 * process does not free it while the child lives: the next start fails with EADDRINUSE, and the kernel goes on
 * to accept connections that nobody serves.
 *
 * ### Certain because
 * The child's descriptor table links to the socket, and `/proc/net/tcp` shows it in state LISTEN. At an exit
 * moreover no epoll set of the child has it and no thread of the child waits in accept, poll or select: a child
 * that took a server over on purpose is left alone. A failed `listen` is its own proof.
 *
 * ### Example
 * ```js
 * spawn('helper', { detached: true, stdio: ['ignore', 'ignore', 'ignore', server._handle.fd] });
 * process.exit(); // the port stays bound
 * ```
 *
 * ### Instead
 * Leave the listener out of `stdio`; a server that was sent is closed in the child, too, before it is opened here
 * again.
 */
export const inheritedListeners: Rule = {
  name: 'inherited-listeners',
  severity: 'warning',
  summary: 'a child keeps a listening socket, so the port stays bound after it was closed here',
  *fork(snapshot) {
    const { moment } = snapshot;
    for (const { descriptor, proof, via } of snapshot.crossings()) {
      if (via !== 'leak' || !isListener(descriptor)) continue;
      const { socket } = descriptor;
      yield {
        what: `${childOf(moment)} inherits the listening socket ${socket?.local}`,
        opened: openerOf(descriptor),
        forked: moment.forked,
        why: `the child has the listening socket as descriptor ${descriptor.fd}; the port stays bound while the child lives, so after this process has exited the next start fails with EADDRINUSE`,
        help: 'have whoever opens the socket set close-on-exec (`SOCK_CLOEXEC`), or close it in the launcher',
        proof: [...proof, `/proc/net/${socket?.protocol}: ${socket?.local} is in state LISTEN`],
        subject: socket?.local ?? descriptor.target,
        fork: moment.id,
        child: moment.child,
        resource: descriptor.resource,
      };
    }
  },
  *exit(snapshot) {
    if (snapshot.moment.of !== 'process') return; // it goes on
    for (const { fork, child, shared, kept } of snapshot.survivors()) {
      for (const one of shared) {
        const { descriptor } = one;
        const { socket } = descriptor;
        // what leaked was reported at the fork; whether it is served is asked last, because that may take a while
        if (socket?.state !== 'listen' || !descriptor.closeOnExec || one.served !== false) continue;
        yield {
          ...unserved(fork, child, one, socket),
          what: `${named(child)} keeps the listening socket ${socket.local} after this process exits`,
          opened: openerOf(descriptor),
          resource: descriptor.resource,
        };
      }
      for (const one of kept) {
        if (one.served !== false) continue;
        yield {
          ...unserved(fork, child, one, one.socket),
          what: `${named(child)} keeps the listening socket ${one.socket.local}, which was closed here, after this process exits`,
          opened: one.opened,
        };
      }
    }
  },
  *conflict(snapshot) {
    const { moment } = snapshot;
    for (const { fork, child, childFd, opened, proof } of snapshot.holders()) {
      yield {
        what: `${named(child)} still has the listening socket on ${moment.address}, so listen fails`,
        opened: opened ?? moment.listened,
        forked: fork.forked,
        why: `the child got the socket as descriptor ${childFd}; closing the server here does not free the port while the child has it, so \`listen\` fails with EADDRINUSE until the child closes it or exits`,
        help: fork.stdio.some(({ fd, type }) => fd === childFd && type === 'fd')
          ? "leave the listener out of the child's `stdio`, or end the child before the port is opened here again"
          : 'have the child close the server that it was sent, or end the child, before the port is opened here again',
        proof: ['listen: EADDRINUSE', ...proof],
        subject: moment.address,
        severity: 'error',
        fork: fork.id,
        child,
      };
    }
  },
};

function unserved(
  fork: Fork,
  child: ChildFacts,
  { childFd, proof }: Pick<SharedDescriptor, 'childFd' | 'proof'>,
  socket: SocketFacts,
) {
  return {
    forked: fork.forked,
    why: `the child has the listening socket as descriptor ${childFd} and does not serve it; the port stays bound until the child exits, so the next start fails with EADDRINUSE`,
    help: "leave the listener out of the child's `stdio`, or end the child before this process exits",
    proof: [
      ...proof,
      `/proc/net/${socket.protocol}: ${socket.local} is in state LISTEN`,
      `no epoll set of pid ${child.pid} has descriptor ${childFd}, and none of its threads waits in accept, poll or select`,
    ],
    subject: socket.local,
    fork: fork.id,
    child,
  };
}
