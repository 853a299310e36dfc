import type { Rule } from './rule';
import { named } from './words';

/**
 * ### What it reports
 * This process, or worker thread, ends because a stream to a child failed and nobody listened for its `error` event.
 *
 * ### Why
 * A child that exits early, or closes its stdin, makes the next write of this process fail with EPIPE. Node
 * emits that as `error` on `child.stdin`, not on the child; without a listener it is an uncaught exception, whose
 * stack names no line of the program.
 *
 * ### Certain because
 * The uncaught exception is the very object that `errored` of the child's stream holds, the stream has no `error`
 * listener, and nothing in the program catches uncaught exceptions.
 *
 * ### Example
 * ```js
 * const child = spawn('head', ['-1']);
 * child.stdin.end(large);
 * ```
 *
 * ### Instead
 * `child.stdin.on('error', …)`: EPIPE means that the child wants no more. Or `stream.pipeline(source, child.stdin,
 * callback)`.
 */
export const unheardErrors: Rule = {
  name: 'unheard-errors',
  severity: 'error',
  summary: 'this process dies of EPIPE on a stream to a child that nobody listens to for errors',
  *exit(snapshot) {
    const crash = snapshot.crash();
    if (!crash) return;
    const { fork, stream, code, proof } = crash;
    const here = snapshot.moment.of === 'thread' ? 'worker thread' : 'process';
    yield {
      what: `this ${here} dies of ${code} on ${stream} of ${fork.child ? named(fork.child) : `child \`${fork.command}\``}`,
      forked: fork.forked,
      why: `the child has ended or closed its end, so a write of this ${here} failed; Node emits that as \`error\` on \`child.${stream}\`, and an \`error\` event without a listener ends the ${here}`,
      help: `listen: \`child.${stream}.on('error', …)\`, where EPIPE says that the child wants no more; or write through \`stream.pipeline\``,
      proof,
      subject: stream,
      fork: fork.id,
      child: fork.child,
    };
  },
};
