import type { Rule } from './rule';
import { named } from './words';

/**
 * ### What it reports
 * At the end of a test: a child that waits for nothing but its IPC channel, which this process keeps open.
 *
 * ### Why
 * Each end of a channel with a `message` listener keeps its process alive until one of them disconnects. When all
 * work is done, parent and child wait for a message of the other for ever, and the program does not end.
 *
 * ### Certain because
 * The test is over, the channel is connected, and the channel is the only socket or pipe that the child's epoll
 * sets contain. Outside a test nobody says that the work is done, so nothing is reported.
 *
 * ### Example
 * ```js
 * const child = fork('worker.js');
 * child.once('message', (answer) => done(answer));
 * child.send(question);
 * ```
 *
 * ### Instead
 * `child.disconnect()` when the last answer is there, or `child.channel.unref()` while nothing is asked.
 */
export const idleChannels: Rule = {
  name: 'idle-channels',
  severity: 'warning',
  summary: 'an IPC channel that nobody closes keeps parent and child alive after a test',
  *exit(snapshot) {
    if (snapshot.moment.of !== 'test') return;
    for (const { fork, child, connected, idle, service, proof } of snapshot.survivors()) {
      if (!connected || !idle || service) continue;
      yield {
        what: `${named(child)} waits for a message of its IPC channel after the test has ended`,
        forked: fork.forked,
        why: 'each end of the channel keeps its process alive until one of them disconnects; both wait for a message that nobody sends',
        help: 'call `child.disconnect()` when the last answer has come, or end the child and await its `exit`',
        proof: [
          ...proof,
          'child.connected is true',
          `the epoll sets of pid ${child.pid} hold no other socket or pipe to anybody`,
        ],
        subject: child.command,
        fork: fork.id,
        child,
      };
    }
  },
};
