import type { Keeper } from '../facts/exit';
import type { Finding } from '../model';
import type { Rule } from './rule';
import { named, outputsOf } from './words';

const OWN_OUTPUT =
  "give the child output of its own: `stdio: 'ignore'`, or `['ignore', log, log]` with a file that was opened for appending";
const CHANNEL = 'IPC channel';

/**
 * ### What it reports
 * A child that is `detached` and released with `unref()` so that it outlives this process, but has its stdout or
 * stderr in a pipe to it: the pipe ends with this process, or keeps it from ending.
 *
 * ### Why
 * `detached` gives the child a session of its own, and `unref()` lets the event loop go; neither touches the
 * pipes. When this process ends, nobody reads them: the child's next write fails with EPIPE, and the signal SIGPIPE
 * ends it by default. The daemon dies of its first log line. Until then a pipe that Node reads, or an IPC channel, holds
 * the event loop: a command that has nothing else to do "hangs" until the daemon ends.
 *
 * ### Certain because
 * The child lives while this process ends, it is detached, `unref()` was called, and its descriptor 1 or 2 is
 * still the pipe that `stdio` made; and it waits neither on a stdin nor on a connection that ends with this process;
 * where it has a listener that it was reached through it is `info`, because servers of one client end with it. For a
 * process that does not end: twice, `FORKGUARD_STALL_MS` apart, nothing else keeps its event loop alive
 * (`process.getActiveResourcesInfo()`), those pipes are referenced, and nobody listens for what comes through them; where
 * somebody does, it is `info`.
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
  summary: 'a child that is to live on writes into a pipe that ends with this process, or keeps it alive',
  *exit(snapshot) {
    const here = snapshot.moment.threadId === 0 ? 'this process' : 'this worker thread';
    for (const keeper of snapshot.keepers()) yield keeping(keeper, here);
    if (snapshot.moment.of !== 'process') return;
    for (const survivor of snapshot.survivors()) {
      const { fork, child, thread, unreferenced, pipes, proof } = survivor;
      if (!fork.detached || !unreferenced || thread !== undefined) continue;
      const { outputs, names: streams } = outputsOf(pipes);
      if (outputs.length === 0 || survivor.awaitsUs !== false) continue;
      const names = streams.join(' and ');
      yield {
        what: `detached ${named(child)} loses the reader of its ${names} when this process ends`,
        forked: fork.forked,
        why: `its ${names} ${outputs.length > 1 ? 'are pipes' : 'is a pipe'} that only this process reads; the child's next write to ${outputs.length > 1 ? 'one of them' : 'it'} fails with EPIPE, and SIGPIPE ends the child unless it ignores that signal`,
        help: OWN_OUTPUT,
        proof: [
          ...proof,
          ...outputs.map(({ childFd, target }) => `/proc/${child.pid}/fd/${childFd} -> ${target}`),
          'it is detached and `unref()` was called on it',
        ],
        subject: child.command,
        severity: survivor.servesUs ? 'info' : 'warning',
        fork: fork.id,
        child,
      };
    }
  },
};

function keeping({ fork, child, through, heard, proof }: Keeper, here: string): Finding {
  const names = through.join(' and ');
  const pipes = through.filter((name) => name !== CHANNEL);
  return {
    what: `detached ${named(child)} keeps ${here} alive through its ${names}, although \`unref()\` was called`,
    forked: fork.forked,
    why: `\`child.unref()\` says that nobody need wait for the exit of the child, but its ${names} still ${through.length > 1 ? 'keep' : 'keeps'} the event loop alive; ${here}, which has nothing else to do, ends only when the child does`,
    help:
      pipes.length > 0
        ? `${OWN_OUTPUT}; or let go of the rest, too: ${through.map(letGo).join(', ')}`
        : 'end the connection once nothing more is to be said: `child.disconnect()`',
    proof: [
      ...proof,
      'process.getActiveResourcesInfo() had nothing else, twice',
      'it is detached and `unref()` was called on it',
    ],
    subject: `keeps ${child.command}`,
    severity: heard ? 'info' : 'warning',
    fork: fork.id,
    child,
  };
}

function letGo(name: string): string {
  return name === CHANNEL ? '`child.disconnect()`' : `\`child.${name}.unref()\``;
}
