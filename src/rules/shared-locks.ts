import type { Lock } from '../model';
import type { Rule } from './rule';
import { childOf, lockThatCrosses, openerOf } from './words';

/**
 * ### What it reports
 * A lock taken with flock(2), an open file description lock (fcntl(2), `F_OFD_SETLK`) or a lease, on a descriptor
 * that the child gets.
 *
 * ### Why
 * Such a lock belongs to the open file description, which parent and child share after a fork. It is released
 * only when the last of them closes it: a child that lives on keeps the lock after the program that took it has
 * exited, and the next start finds it taken. POSIX record locks belong to a process, do not cross a fork and are
 * not reported.
 *
 * ### Certain because
 * `/proc/self/fdinfo/<fd>` shows the lock on the descriptor, and the descriptor crosses: it is in `stdio`, or it
 * lacks close-on-exec. What a `*Sync` call passes in `stdio` is left alone: its child has ended when it returns; so is
 * what is passed to flock(1), which works that lock.
 *
 * ### Example
 * ```sh
 * exec 200>/run/app.lock; flock -n 200 || exit 1
 * node app.js   # a daemon that app.js starts keeps the lock
 * ```
 *
 * ### Instead
 * `flock -n --close /run/app.lock node app.js`, or `node app.js 200>&-`, or take the lock in the program.
 */
export const sharedLocks: Rule = {
  name: 'shared-locks',
  severity: 'warning',
  summary: 'a lock that belongs to an open file description is shared with a child and outlives its owner',
  *fork(snapshot) {
    const { moment } = snapshot;
    for (const { childFd, descriptor, proof, via } of snapshot.crossings()) {
      const lock = lockThatCrosses(descriptor);
      if (!lock) continue;
      // whom it was meant for has ended
      if (moment.blocking && via === 'stdio') continue;
      // who is to lock or unlock that very description
      if (via === 'stdio' && /(^|\/)flock$/.test(moment.file)) continue;
      yield {
        what: `${childOf(moment)} shares the lock on ${descriptor.target}`,
        opened: openerOf(descriptor),
        forked: moment.forked,
        why: `the ${nameOf(lock)} belongs to the open file description, which the child has as descriptor ${childFd}; it is released only when both have closed it, so while the child lives nobody else gets the lock, even after this process has exited`,
        help:
          via === 'leak'
            ? `keep the descriptor from the child: start with \`flock --close\` or \`${descriptor.fd}>&-\`, or open the file with \`O_CLOEXEC\``
            : 'pass a descriptor of its own to the child: open the file once more',
        proof: [
          ...proof,
          `/proc/self/fdinfo/${descriptor.fd}: lock: ${lock.type} ${lock.access} inode ${lock.inode}`,
        ],
        subject: descriptor.target,
        fork: moment.id,
        child: moment.child,
        resource: descriptor.resource,
      };
    }
  },
};

function nameOf({ type }: Lock): string {
  return type === 'FLOCK' ? 'flock lock' : type === 'LEASE' ? 'lease' : 'open file description lock';
}
