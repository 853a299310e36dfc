import type { Reader } from '../facts/fork';
import type { Fork } from '../model';
import type { Rule } from './rule';
import { childOf, thing } from './words';

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
 * The descriptor is in the child's `stdio`; the stream object of this process reads it (its handle is `reading`);
 * and at the same moment the child, or a process below it, waits for input on the same open file description: in
 * read, poll or select, or in an epoll set. It is looked for some 50 ms, 200 ms, 1 s and 3 s after the fork. For a
 * connection that was passed as the child's stdin it is enough that this process still reads it when the code
 * that forked has ended. A child that inherits stdin and never reads it is not reported, nor is a `*Sync` call:
 * this process does not read while it waits.
 *
 * ### Example
 * ```js
 * process.stdin.on('data', onKey);
 * spawn('vim', ['notes.txt'], { stdio: 'inherit' }); // every second key goes to the wrong program
 * ```
 *
 * ### Instead
 * `process.stdin.pause()` before the fork (not in a listener for its data, after which Node reads on) and `resume()` on
 * `exit`, or `stdio: ['ignore', 'inherit', 'inherit']`.
 */
export const sharedReaders: Rule = {
  name: 'shared-readers',
  severity: 'warning',
  summary: 'this process and a child read the same stream, so each gets a part of it',
  *aftermath(snapshot) {
    const { moment } = snapshot;
    if (moment.blocking || moment.error !== undefined) return;
    const readHere = snapshot.readHere();
    if (readHere.length === 0) return;
    for (const crossing of snapshot.crossings()) {
      const { descriptor, childFd, proof, via } = crossing;
      if (via !== 'stdio' || !readHere.includes(descriptor.fd) || descriptor.kind === 'file') continue;
      const reader = snapshot.readerOf(crossing);
      if (!reader) continue;
      const name = descriptor.fd === 0 ? 'stdin' : thing(descriptor);
      yield {
        what: whatOf(moment, reader, name),
        opened:
          descriptor.resource?.opened ??
          (descriptor.fd === 0 ? 'before the program began: stdin' : undefined),
        forked: moment.forked,
        why: `both have the same open file description, so each byte reaches whichever reads first, and input is split between them at random${descriptor.fd > 2 && childFd < 3 ? '; libuv has made it blocking for the child, so a read here blocks the event loop when the child was faster' : ''}`,
        help:
          descriptor.fd === 0
            ? "call `process.stdin.pause()` before the fork (not in a listener for its data: Node reads on after that) and `resume()` when the child has ended, or give the child its own: `stdio: ['ignore', 'inherit', 'inherit']`"
            : 'pass the socket object itself (`stdio: [socket, …]`) instead of its number: Node then stops reading here',
        proof: [
          ...proof,
          `${descriptor.fd === 0 ? 'process.stdin' : `the socket on descriptor ${descriptor.fd}`} is reading (its handle has reading = true)`,
          ...reader.proof,
        ],
        subject: descriptor.fd === 0 ? 'stdin' : descriptor.target,
        fork: moment.id,
        child: moment.child,
        resource: descriptor.resource,
      };
    }
  },
};

function whatOf(moment: Fork, reader: Reader, name: string): string {
  const child = childOf(moment);
  if (!reader.seen) return `this process reads the ${name}, which ${child} has as its stdin`;
  const who = reader.pid === moment.child?.pid ? child : `\`${reader.command}\` (below ${child})`;
  return `this process and ${who} both read ${name === 'stdin' ? name : `the ${name}`}`;
}
