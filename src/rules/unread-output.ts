import type { StreamWait } from '../facts/stall';
import type { Rule } from './rule';
import { below, stillWaits } from './words';

/**
 * ### What it reports
 * A process that sleeps because the pipe of a child's stdout or stderr is full and the program does not read it.
 *
 * ### Why
 * A pipe holds a few hundred kilobytes. When it is full, the writer sleeps until somebody reads, and a child that
 * sleeps does not exit.
 *
 * ### Certain because
 * A thread of the process sleeps in a write to the other end of the stream, or waits in epoll until it can write,
 * and the program's stream has no reader. Seen twice, with the thread not having run in between. The report says that
 * the process sleeps where, with that stream left alone, the wait-for graph has nobody who could wake it. A stream
 * that was read and then paused, by the program or because what it is piped to takes no more, is reported after 12 s
 * (sooner where `FORKGUARD_STALL_MS` is below its default; then it is `info` while the program has timers), and is only
 * `info` while anybody is there who may make the program go on: a client, a connection, the stdin of the program or of
 * another child, its parent. After that time, too, one is reported that has lost its last reader, because the program
 * may give it another. `info` is a stream that was read with `read()`, and one that the program may still come to: while
 * it waits for another child, as where the output of several is shown in order, for a connection to be made, the answer
 * to an HTTP request, a file or a worker thread; after a minute it is a warning all the same.
 *
 * ### Example
 * ```js
 * const child = spawn('ffmpeg', args);      // writes its progress to stderr
 * child.on('exit', done);                   // nobody reads child.stderr
 * ```
 * `child.stdout.pipe(response)` ends the same way: when the client goes away, Node takes the pipe off and pauses
 * `child.stdout`.
 *
 * ### Instead
 * Read the stream (`child.stderr.on('data', …)`), throw it away (`child.stderr.resume()`), or start the child with
 * `stdio: ['ignore', 'pipe', 'ignore']` or `'inherit'`. Instead of `pipe()`: `pipeline(child.stdout, response, done)`,
 * which closes `child.stdout` with its target, so that the child ends at its next write.
 */
export const unreadOutput: Rule = {
  name: 'unread-output',
  severity: 'warning',
  summary: 'a child sleeps because its output pipe is full and nobody reads it',
  *stall(snapshot) {
    for (const { fork, child, unread } of snapshot.children()) {
      for (const { stream, reading, process, stuck, awaited, proof } of unread) {
        const writer = below(child, process);
        const { state, proof: read, help } = READING[reading];
        const forNow = awaited === undefined ? '' : ' for now';
        yield {
          what:
            stuck === 'no'
              ? `${writer} cannot write its ${stream}, which nobody reads${forNow}`
              : `${writer} sleeps because nobody reads its ${stream}${forNow}`,
          forked: fork.forked,
          why: `the pipe is full, and \`child.${stream}\` ${state}: ${consequence(process.command, stuck)}${stillWaits(awaited, 'read it')}`,
          help:
            awaited === undefined
              ? help(`child.${stream}`)
              : `if \`${process.command}\` is not meant to wait for that, read \`child.${stream}\` at once, into memory or a file`,
          proof: [...proof, `child.${stream}: ${read}`],
          subject: awaited === undefined ? stream : `${stream}, for now`,
          ...((awaited !== undefined || reading === 'polled') && { severity: 'info' as const }),
          fork: fork.id,
          child,
        };
      }
    }
  },
};

const RESUME = (stream: string) => `resume \`${stream}\`, or see why what it is piped to takes nothing more`;

interface Reading {
  readonly state: string;
  readonly proof: string;
  /** `stream`: `child.stdout`. */
  help(stream: string): string;
}

const READING: Record<StreamWait['reading'], Reading> = {
  never: {
    state: 'has no reader',
    proof: 'no listener for data or readable, readableFlowing null',
    help: (stream) =>
      `read \`${stream}\`, or call \`${stream}.resume()\` to throw the output away, or set \`stdio\` to \`'ignore'\` or \`'inherit'\` for it`,
  },
  left: {
    state: 'has lost its last reader and is paused',
    proof: 'no listener for data or readable, readableFlowing false',
    help: (stream) =>
      `call \`${stream}.destroy()\` when its reader closes, as \`pipeline(${stream}, target, done)\` does where \`pipe()\` does not; \`${stream}.resume()\` throws the rest away`,
  },
  paused: { state: 'is paused', proof: 'readableFlowing false', help: RESUME },
  polled: {
    state: 'is read only when the program calls `read()`',
    proof: 'no listener for data or readable, readableFlowing null, readableDidRead true',
    help: RESUME,
  },
};

function consequence(command: string, stuck: StreamWait['stuck']): string {
  if (stuck === 'no') return `what \`${command}\` writes waits in its memory until the program reads from it`;
  const or = stuck === 'limited' ? ', or gives up by itself' : '';
  return `\`${command}\` goes on when the program reads from it${or}; until then the child does not exit`;
}
