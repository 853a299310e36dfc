import type { Unflushed } from '../facts/exit';
import type { Site } from '../model';
import type { Rule } from './rule';
import { childOf, named } from './words';

/**
 * ### What it reports
 * Output and IPC messages that this process has accepted and not written when it ends, or closes the channel; and
 * output of a child that Node has thrown away before anybody listened for it.
 *
 * ### Why
 * `console.log`, `process.stdout.write` and `process.send` return before a slow reader has taken the bytes; the
 * rest waits in this process. `process.exit()` and an uncaught exception do not wait for it. The reader gets a
 * truncated document, with exit code 0 perhaps. Nor does `disconnect()` wait for messages: it drops those that are queued.
 *
 * The other way round, Node does not keep the output of a child for ever: in the tick after the child's exit it reads
 * and drops whatever has no reader. A listener that comes later, such as after `await once(child, 'exit')`, sees an end
 * without data.
 *
 * ### Certain because
 * After the last `exit` listener nothing of the program runs any more, and the stream or channel still has bytes in its
 * queue (`writableLength`, `writeQueueSize`), has not failed and is not closed; or the channel has, when `disconnect()`
 * is called. Thrown away: nobody had read or listened when the child exited (`readableDidRead` is false), bytes were
 * read since (`bytesRead`), and only now is the first listener for `data` or `readable` added. Output for which nobody
 * ever listens is not missed, nor reported.
 *
 * ### Example
 * ```js
 * console.log(JSON.stringify(large)); // a pipe takes 64 KiB at once
 * process.exit(0);
 * ```
 * ```js
 * await once(child, 'exit');
 * for await (const chunk of child.stdout) text += chunk; // nothing
 * ```
 *
 * ### Instead
 * Set `process.exitCode` and let the process end by itself, or exit in the callback of the last write:
 * `process.stdout.write(text, () => process.exit())`, `process.send(message, () => process.exit())`. Listen for a child's
 * output in the tick in which it is made, and await its `close`.
 */
export const truncatedOutput: Rule = {
  name: 'truncated-output',
  severity: 'error',
  summary: 'output or messages are lost when the process ends, or were dropped before anybody listened',
  *exit(snapshot) {
    const { moment } = snapshot;
    for (const lost of snapshot.unflushed()) {
      const { stream, bytes, fork, proof } = lost;
      const where = fork?.child ? `${stream} of ${named(fork.child)}` : stream;
      const closes = moment.of !== 'process';
      yield {
        what: `${bytes} bytes written to ${where} are lost because ${closes ? '`disconnect()` closes it' : 'this process ends'}`,
        forked: fork?.forked,
        ended: moment.site,
        why: `the reader has not taken them yet, so they wait in the memory of this process and ${closes ? 'are dropped with the channel' : 'go with it'}; the reader sees a document or message that is cut off, or none`,
        help: closes ? disconnectLater(lost) : helpFor(lost),
        proof,
        subject: where,
        fork: fork?.id,
        // what this process has written for others is lost to who started it: it is the child
        child: fork?.child ?? { pid: snapshot.pid, command: 'node' },
      };
    }
    for (const { fork, stream, bytes, listened, proof } of snapshot.thrownAway()) {
      const where = `${stream} of ${childOf(fork)}`;
      yield {
        what: `${bytes} bytes of ${where} were thrown away before anybody listened`,
        forked: fork.forked,
        why: "when a child has exited and its output has no reader, Node reads what is left and drops it, so that `close` can come; a listener that is added later, such as after `await once(child, 'exit')`, sees the end of an empty or cut-off stream",
        help: `listen for \`child.${stream}\` in the same tick in which the child is made, and await \`close\` instead of \`exit\`; \`execFile\` collects the output by itself`,
        proof: [...proof, ...placeOf(listened)],
        subject: where,
        fork: fork.id,
        child: fork.child,
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

function disconnectLater({ fork }: Unflushed): string {
  const end = fork ? 'child' : 'process';
  return `disconnect in the callback of the last message: \`${end}.send(message, () => ${end}.disconnect())\``;
}

function placeOf(site: Site | undefined): string[] {
  const frame = site?.frames[0];
  return frame ? [`that listener was added at line ${frame.line} of ${frame.file}`] : [];
}
