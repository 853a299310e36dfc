import type { EnvironmentFacts, ForkSnapshot } from '../facts/fork';
import type { Crossing, Descriptor, Finding } from '../model';
import type { Rule } from './rule';
import { childOf, isConnected, isListener, isProfile, lockThatCrosses, openerOf, thing } from './words';

/**
 * ### What it reports
 * A descriptor of this process that has no close-on-exec flag and is not in `stdio`, so that the child gets it
 * without anybody having asked for it.
 *
 * ### Why
 * fork(2) copies the whole descriptor table, and exec closes only what is marked close-on-exec. Node marks
 * everything that it opens. What is left comes from native code (terminals of node-pty, files of database
 * bindings, sockets of C libraries) or from whoever started this process, at 17 and above: Node marks inherited
 * descriptors from 0 to 15 and on to the first gap. The child keeps such a descriptor for as long as it lives:
 * the terminal does not hang up, the file's space is not freed, the pipe's reader sees no end.
 *
 * ### Certain because
 * The flags in `/proc/self/fdinfo/<fd>` lack 02000000 at the fork, and, where the child still lives, its own
 * table links to the same target under the same number.
 *
 * Descriptors that were there before forkguard are `info`, recorded once for each process (not shown in a terminal),
 * and a `warning` if they are a
 * listening socket, carry an flock or OFD lock, or are the writing end of a pipe and the child is detached.
 * What native code has left open is reported at the first fork that it leaks into, and counted at others, unless it is
 * such a listener, lock or pipe: it is mended where it is opened.
 * Left alone are the jobserver of make, socket activation (`LISTEN_FDS`), Node's own IPC channel, and what Node itself
 * reads for a moment: the file in `NODE_EXTRA_CA_CERTS`, and `/proc/<pid>/maps` whenever a thread starts (before Node 24).
 *
 * ### Example
 * ```js
 * const terminal = pty.spawn('bash', [], {}); // node-pty leaves /dev/ptmx inheritable
 * spawn('sleep', ['60']);                     // holds the terminal open
 * ```
 *
 * ### Instead
 * Let the native package open it with `O_CLOEXEC` (or report that to its authors), close it in the launcher
 * (`node app 200>&-`), or start such children before it is opened.
 */
export const inheritableDescriptors: Rule = {
  name: 'inheritable-descriptors',
  severity: 'warning',
  summary: 'a descriptor without close-on-exec leaks into a child that was not meant to have it',
  *fork(snapshot) {
    for (const crossing of snapshot.crossings()) {
      if (crossing.via !== 'leak' || isKnownGood(crossing, snapshot.environment())) continue;
      yield finding(crossing, snapshot);
    }
  },
};

function isKnownGood({ descriptor }: Crossing, environment: EnvironmentFacts): boolean {
  const { fd, target, access } = descriptor;
  const { jobserver, activation, channelFd, certificates } = environment;
  const isCertificates = target === certificates && access === 'read';
  const isMaps = /^\/proc\/\d+\/maps$/.test(target);
  return jobserver?.includes(fd) || activation?.includes(fd) || channelFd === fd || isCertificates || isMaps;
}

function finding(crossing: Crossing, { moment }: ForkSnapshot): Finding {
  const { descriptor, proof } = crossing;
  const inherited = descriptor.origin === 'inherited' || isProfile(descriptor);
  const outlives = moment.detached && descriptor.kind === 'pipe' && descriptor.access !== 'read';
  const heavy = isListener(descriptor) || lockThatCrosses(descriptor) !== undefined || outlives;
  return {
    what: `${childOf(moment)} inherits descriptor ${descriptor.fd}, ${thing(descriptor)}`,
    opened: openerOf(descriptor),
    forked: moment.forked,
    why: `descriptor ${descriptor.fd} is not marked close-on-exec, so every child gets it and keeps it open until it exits: ${harm(crossing)}`,
    help: remedy(descriptor),
    proof,
    subject: descriptor.target,
    once: !heavy,
    background: inherited && !heavy,
    severity: inherited && !heavy ? 'info' : 'warning',
    fork: moment.id,
    child: moment.child,
    resource: descriptor.resource,
  };
}

const ALLOW = ', or allow it: `FORKGUARD_ALLOW=inheritable-descriptors`';

function remedy(descriptor: Descriptor): string {
  if (isProfile(descriptor)) return `run without \`--prof\` or \`--perf-…\`${ALLOW}`;
  if (descriptor.origin === 'inherited')
    return `close it in the launcher (\`node app.js ${descriptor.fd}>&-\`)${ALLOW}`;
  return 'have the native code open it with `O_CLOEXEC` or set `FD_CLOEXEC` with fcntl, or fork this child before it is opened';
}

function harm({ descriptor }: Crossing): string {
  if (isListener(descriptor)) return 'the port stays bound after this process has closed it or has exited';
  if (isConnected(descriptor)) return 'the peer sees no end of the connection while the child lives';
  if (lockThatCrosses(descriptor)) return 'the lock is not released while the child lives';
  switch (descriptor.kind) {
    case 'pty':
      return 'the programs in that terminal are not hung up when it is closed here';
    case 'pipe':
      return descriptor.access === 'read'
        ? 'whoever writes into the pipe is not told (EPIPE) that it is no longer read while the child lives'
        : 'whoever reads the pipe sees no end while the child lives';
    case 'file':
    case 'directory':
      return 'the file system stays busy and the space of a deleted file is not freed while the child lives';
    default:
      return 'closing it here does not release it while the child lives';
  }
}
