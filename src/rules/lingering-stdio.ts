import type { SharedDescriptor } from '../facts/exit';
import type { Descriptor, Finding } from '../model';
import type { Rule } from './rule';
import { named } from './words';

/**
 * ### What it reports
 * A detached child that keeps this process's stdout or stderr, where that is a pipe or a socket.
 *
 * ### Why
 * Whoever reads the other end (a CI step, `| tee`, `exec()` in another Node process) waits for its end, which
 * comes only when the last writer has closed it. The detached child is one of them: the reader hangs until the
 * child exits, long after this process has. And when the reader goes away, the child dies of SIGPIPE.
 *
 * ### Certain because
 * The child is `detached` and lives while this process exits, nobody has asked it to end, descriptor 1 or 2 of this
 * process is a pipe or socket, other than the journal's under systemd, and the child's table in `/proc` shows the same
 * one, under this or another number. A child that is made in a listener of `exit`, as by a program that starts itself
 * anew, is meant to go on with the same output: `info`.
 *
 * ### Example
 * ```js
 * spawn('server', { detached: true, stdio: 'inherit' }).unref();
 * ```
 *
 * ### Instead
 * `stdio: 'ignore'`, or a log file: `stdio: ['ignore', log, log]`.
 */
export const lingeringStdio: Rule = {
  name: 'lingering-stdio',
  severity: 'warning',
  summary: 'a detached child keeps our stdout or stderr: whoever waits for its end waits for the child',
  *exit(snapshot) {
    if (snapshot.moment.of !== 'process') return; // it goes on
    for (const { fork, child, shared, madeAtExit } of snapshot.survivors()) {
      if (!fork.detached) continue;
      // who reads from it does not keep a reader waiting
      const kept = shared.filter(({ childFd, descriptor }) => isOutput(descriptor) && childFd !== 0);
      for (const target of new Set(kept.map(({ descriptor }) => descriptor.target))) {
        const ends = kept.filter(({ descriptor }) => descriptor.target === target);
        yield {
          ...words(ends, named(child)),
          forked: fork.forked,
          proof: [
            ...new Set(ends.flatMap(({ proof }) => proof)),
            `pid ${child.pid} is detached and lives while this process exits`,
          ],
          severity: madeAtExit ? 'info' : 'warning',
          fork: fork.id,
          child,
        };
      }
    }
  },
};

function isOutput({ fd, kind }: Descriptor): boolean {
  return (fd === 1 || fd === 2) && (kind === 'pipe' || kind === 'socket');
}

/** `ends`: the child's, of one pipe or socket, which `2>&1` makes both stdout and stderr. */
function words(
  ends: readonly SharedDescriptor[],
  child: string,
): Pick<Finding, 'what' | 'why' | 'help' | 'subject'> {
  const fds = new Set(ends.map(({ descriptor }) => descriptor.fd));
  const stream = [fds.has(1) && 'stdout', fds.has(2) && 'stderr'].filter(Boolean).join(' and ');
  const kind = ends[0]?.descriptor.kind;
  return {
    what: `detached ${child} keeps the ${stream} of this process open`,
    why: `${stream} ${fds.size > 1 ? 'are one' : 'is a'} ${kind}; its reader sees the end only when the child, too, has closed it, so a CI step, \`| tee\` or \`exec()\` that waits for this process's output waits until the child exits`,
    help: "give the child its own output: `stdio: 'ignore'`, or `['ignore', log, log]` with a file that was opened for appending",
    subject: stream,
  };
}
