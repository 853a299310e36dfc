import type { Site } from '../model';
import type { Rule, Unflushed } from './rule';
import { named } from './words';

/**
 * ### What it reports
 * Output and IPC messages that this process has accepted and not written when it ends.
 *
 * ### Why
 * `console.log`, `process.stdout.write` and `process.send` return before a slow reader has taken the bytes; the
 * rest waits in this process. `process.exit()` and an uncaught exception do not wait for it. The reader gets a
 * truncated document, with exit code 0 perhaps.
 *
 * ### Certain because
 * After the last `exit` listener nothing of the program runs any more, and the stream or channel still has bytes
 * in its queue (`writableLength`, `writeQueueSize`), has not failed and is not closed.
 *
 * ### Example
 * ```js
 * console.log(JSON.stringify(large)); // a pipe takes 64 KiB at once
 * process.exit(0);
 * ```
 *
 * ### Instead
 * Set `process.exitCode` and let the process end by itself, or exit in the callback of the last write:
 * `process.stdout.write(text, () => process.exit())`, `process.send(message, () => process.exit())`.
 */
export const truncatedOutput: Rule = {
  name: 'truncated-output',
  severity: 'error',
  summary: 'output or messages still in the queue are lost when the process ends',
  *exit(snapshot) {
    const { moment } = snapshot;
    for (const lost of snapshot.unflushed()) {
      const { stream, bytes, fork, proof } = lost;
      const where = fork?.child ? `${stream} of ${named(fork.child)}` : stream;
      yield {
        what: `${bytes} bytes written to ${where} are lost because this process ends`,
        opened: moment.site,
        forked: fork?.forked,
        why: 'the reader has not taken them yet, so they wait in the memory of this process and go with it; the reader sees a document or message that is cut off, or none',
        help: helpFor(lost),
        proof: [...proof, ...placeOf(moment.site)],
        subject: where,
        fork: fork?.id,
        child: fork?.child,
      };
    }
  },
};

function helpFor({ stream, fork }: Unflushed): string {
  const wait = 'set `process.exitCode` and let the process end by itself';
  if (stream === 'stdin') return `${wait}, or exit when the child has: \`child.on('close', …)\``;
  if (!stream.includes('channel'))
    return `${wait}, or exit in the callback of the last write: \`process.${stream}.write(text, () => process.exit())\``;
  return `${wait}, or exit in the callback of the last message: \`${fork ? 'child' : 'process'}.send(message, () => process.exit())\``;
}

/** The label `opened` has the place where the process is made to end: say so. */
function placeOf(site: Site | undefined): string[] {
  const frame = site?.frames[0];
  return frame ? [`the process was made to end at line ${frame.line} of ${frame.file}`] : [];
}
