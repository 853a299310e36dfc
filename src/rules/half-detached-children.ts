import type { Rule } from './rule';
import { named } from './words';

/**
 * ### What it reports
 * A child that is `detached` and released with `unref()` so that it outlives this process, but has its stdout or
 * stderr in a pipe to it.
 *
 * ### Why
 * `detached` gives the child a session of its own, and `unref()` lets the event loop go; neither touches the
 * pipes. When this process ends, nobody reads them: the child's next write fails with EPIPE, and the signal SIGPIPE
 * ends it by default. The daemon dies of its first log line.
 *
 * ### Certain because
 * The child lives while this process ends, it is detached, `unref()` was called, and its descriptor 1 or 2 is
 * still the pipe that `stdio` made.
 *
 * ### Example
 * ```js
 * spawn('server', { detached: true }).unref(); // stdio is 'pipe' unless something else is said
 * ```
 *
 * ### Instead
 * `stdio: 'ignore'`, or a log file: `stdio: ['ignore', log, log]`.
 */
export const halfDetachedChildren: Rule = {
  name: 'half-detached-children',
  severity: 'warning',
  summary: 'a child that is to live on writes into a pipe that ends with this process',
  *exit(snapshot) {
    if (snapshot.moment.of !== 'process') return;
    for (const { fork, child, unreferenced, pipes, proof } of snapshot.survivors()) {
      if (!fork.detached || !unreferenced) continue;
      const outputs = pipes.filter(({ childFd }) => childFd === 1 || childFd === 2);
      if (outputs.length === 0) continue;
      const names = outputs.map(({ childFd }) => (childFd === 1 ? 'stdout' : 'stderr')).join(' and ');
      yield {
        what: `detached ${named(child)} loses the reader of its ${names} when this process ends`,
        forked: fork.forked,
        why: `its ${names} ${outputs.length > 1 ? 'are pipes' : 'is a pipe'} that only this process reads; the child's next write to it fails with EPIPE, and SIGPIPE ends the child unless it ignores that signal`,
        help: "give the child output of its own: `stdio: 'ignore'`, or `['ignore', log, log]` with a file that was opened for appending",
        proof: [
          ...proof,
          ...outputs.map(({ childFd, target }) => `/proc/${child.pid}/fd/${childFd} -> ${target}`),
          'it is detached and `unref()` was called on it',
        ],
        subject: child.command,
        fork: fork.id,
        child,
      };
    }
  },
};
