import type { Rule } from './rule';
import { childOf } from './words';

/**
 * ### What it reports
 * A fork whose child inherited stdout or stderr and that left it blocking for this process, too.
 *
 * ### Why
 * `O_NONBLOCK` belongs to the open file description, which parent and child share. libuv clears it in the child,
 * because most programs cannot write to a non-blocking stdout. From then on a write of this process to a full pipe
 * blocks the whole event loop until the reader takes something.
 *
 * ### Certain because
 * `/proc/self/fdinfo/<fd>` had the flag 04000 before the fork and does not have it after. Whether a reader will
 * ever be slow cannot be known: the severity is `info`, and a terminal is not shown it.
 *
 * ### Example
 * ```js
 * console.log('start');                       // a pipe, non-blocking
 * spawnSync('make', { stdio: 'inherit' });    // now it blocks
 * console.log('x'.repeat(1e6));               // the event loop waits for the reader
 * ```
 *
 * ### Instead
 * Take the child's output through pipes (`child.stdout.pipe(process.stdout)`).
 */
export const clearedNonblocking: Rule = {
  name: 'cleared-nonblocking',
  severity: 'info',
  summary: "a child with inherited stdout has cleared O_NONBLOCK: this process's own writes can block now",
  *fork(snapshot) {
    const { moment } = snapshot;
    for (const fd of moment.clearedNonblocking) {
      const stream = fd === 1 ? 'stdout' : 'stderr';
      yield {
        what: `forking ${childOf(moment)} made the ${stream} of this process blocking`,
        forked: moment.forked,
        why: `O_NONBLOCK belongs to the open file description that both share, and libuv clears it in the child; a write of this process to a full ${stream} pipe now blocks the event loop until the reader takes something`,
        help: `take the child's output through a pipe (\`child.${stream}.pipe(process.${stream})\`) instead of \`inherit\``,
        proof: [
          `/proc/self/fdinfo/${fd}: flags had 04000 (O_NONBLOCK) before the fork and have not after it`,
        ],
        subject: stream,
        background: true, // true of each command that runs another one for a log or a pager
        fork: moment.id,
        child: moment.child,
      };
    }
  },
};
