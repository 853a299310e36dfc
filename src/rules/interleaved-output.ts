import type { Rule } from './rule';
import { childOf } from './words';

/**
 * ### What it reports
 * A child that inherits stdout or stderr while output of this process still waits in the stream's queue.
 *
 * ### Why
 * What Node could not write at once waits in this process until the reader takes more; the child writes directly.
 * Its output comes out before, or in the middle of, what was written earlier.
 *
 * ### Certain because
 * `writableLength` of the stream was not 0 when the fork began, and the child has the same descriptor. In a worker
 * thread, whose output passes through another one, it is `info`.
 *
 * ### Example
 * ```js
 * process.stdout.write(largeReport);          // a slow pipe: queued
 * spawn('cat', ['appendix'], { stdio: 'inherit' });
 * ```
 *
 * ### Instead
 * Fork when the write has ended: `process.stdout.write(largeReport, () => spawn(…))`.
 */
export const interleavedOutput: Rule = {
  name: 'interleaved-output',
  severity: 'warning',
  summary: 'a child writes to our stdout while our own output still waits: the order is lost',
  *fork(snapshot) {
    const { moment } = snapshot;
    if (moment.error !== undefined || moment.primitive === 'execve') return;
    for (const [fd, stream, bytes] of [
      [1, 'stdout', moment.pendingStdout],
      [2, 'stderr', moment.pendingStderr],
    ] as const) {
      const entry =
        bytes > 0
          ? moment.stdio.find(({ parentFd, fd: childFd }) => parentFd === fd && childFd > 0)
          : undefined;
      if (!entry) continue;
      yield {
        what: `${childOf(moment)} has ${stream} while ${bytes} bytes of this process wait for it`,
        forked: moment.forked,
        why: `${
          moment.threadId === 0
            ? `${stream} takes no more at the moment`
            : `the ${stream} of a worker thread passes through the main thread, which has not taken it yet`
        }, so what this process wrote is queued in its memory, while the child writes to it directly: whatever it writes appears before or amid what was written earlier`,
        help: `fork in the callback of the last write, \`process.${stream}.write(text, () => …)\`, or take the child's output through a pipe`,
        proof: [
          `process.${stream}.writableLength was ${bytes} when the fork began`,
          `stdio[${entry.fd}] of the child is descriptor ${fd}`,
        ],
        subject: stream,
        // whoever made a worker thread may keep its output for itself
        ...(moment.threadId !== 0 && { severity: 'info' as const }),
        fork: moment.id,
        child: moment.child,
      };
    }
  },
};
