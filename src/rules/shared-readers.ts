import type { Finding } from '../model';
import type { ForkSnapshot, Rule } from './rule';
import { childOf, isConnected, thing } from './words';

/**
 * ### What it reports
 * A stream that this process reads while the child has it, too: `stdin` passed with `inherit`, or a connection
 * passed by its number.
 *
 * ### Why
 * Each byte of a stream goes to one reader, whoever is first. Two processes that read the same descriptor each
 * get a random part: lines vanish from prompts, and a protocol such as TLS or that of a database breaks.
 *
 * ### Certain because
 * The descriptor is in the child's `stdio`, and the stream object of this process still reads it after the fork
 * (its handle is `reading`). A `*Sync` call is not reported: this process does not read while it waits.
 *
 * ### Example
 * ```js
 * process.stdin.on('data', onKey);
 * spawn('vim', ['notes.txt'], { stdio: 'inherit' }); // every second key goes to the wrong program
 * ```
 *
 * ### Instead
 * `process.stdin.pause()` before the fork and `resume()` on `exit`, or `stdio: ['ignore', 'inherit', 'inherit']`.
 */
export const sharedReaders: Rule = {
  name: 'shared-readers',
  severity: 'warning',
  summary: 'this process and a child read the same stream, so each gets a part of it',
  fork: judge,
  *aftermath(snapshot) {
    if (snapshot.childLives()) yield* judge(snapshot);
  },
};

function* judge(snapshot: ForkSnapshot): Iterable<Finding> {
  const { moment } = snapshot;
  if (moment.blocking || moment.error !== undefined) return;
  const readHere = snapshot.readHere();
  if (readHere.length === 0) return;
  for (const { descriptor, childFd, proof, via } of snapshot.crossings()) {
    if (via !== 'stdio' || !readHere.includes(descriptor.fd) || descriptor.kind === 'file') continue;
    // a child that has it as output only writes; terminals and sockets are open both ways
    if (descriptor.fd < 3 && childFd !== 0) continue;
    if (descriptor.fd > 2 && !isConnected(descriptor)) continue;
    const name = descriptor.fd === 0 ? 'stdin' : thing(descriptor);
    yield {
      what: `this process and ${childOf(moment)} both read ${name}`,
      opened:
        descriptor.resource?.opened ?? (descriptor.fd === 0 ? 'before the program began: stdin' : undefined),
      forked: moment.forked,
      why: `both have the same open file description and both read it, so each byte reaches whichever reads first; input is split between them at random`,
      help:
        descriptor.fd === 0
          ? "call `process.stdin.pause()` before the fork and `resume()` when the child has ended, or give the child its own: `stdio: ['ignore', 'inherit', 'inherit']`"
          : 'stop reading here (`socket.pause()`), or pass the socket object itself instead of its number: Node then stops reading',
      proof: [
        ...proof,
        `${descriptor.fd === 0 ? 'process.stdin' : `the socket on descriptor ${descriptor.fd}`} is reading (its handle has reading = true) after the fork`,
      ],
      subject: descriptor.fd === 0 ? 'stdin' : descriptor.target,
      fork: moment.id,
      child: moment.child,
      resource: descriptor.resource,
    };
  }
}
