import type { PipeHolder } from '../facts/stall';
import type { Finding } from '../model';
import type { Rule } from './rule';
import { named, seconds } from './words';

/** As what is waited for has it among the pipes. */
const CHANNEL = 'the IPC channel';

/**
 * ### What it reports
 * A child that has exited while another process still holds its stdout, stderr or IPC channel, so that `close`
 * does not come, the callback of `exec` is not called, or a `*Sync` function does not return.
 *
 * ### Why
 * A pipe ends when the last process that holds it has closed it. What a child starts in the background inherits
 * its pipes. Node waits for the exit of the child *and* for the end of its pipes.
 *
 * ### Certain because
 * The exit of the child was reported `FORKGUARD_STALL_MS` ago, nothing has come through its pipes since, and the
 * descriptor table of another process, named in the report, shows the other end. It is a warning: the wait ends
 * when that process ends or closes the pipe. If that process, too, was asked to end, or may have been (it catches a
 * signal that the child caught as well, or that somebody else has sent), it is given as long as by `ignored-signals`, and
 * five times `FORKGUARD_STALL_MS` at least. Left alone is a pipe that nobody waits for: it is `unref()`ed, and nothing
 * listens for `close`.
 *
 * ### Example
 * ```js
 * exec('redis-server &', callback); // the callback is called when redis-server ends
 * execSync('ssh-agent -s > env; sleep 100 &');
 * ```
 *
 * ### Instead
 * Redirect the output of what goes to the background (`redis-server >/dev/null 2>&1 &`), start it with
 * `stdio: 'ignore'` and `detached: true`, or listen to `exit` and destroy `child.stdout` there. Of an IPC channel,
 * start it without the channel's descriptor, or call `child.disconnect()` at `exit`.
 */
export const heldPipes: Rule = {
  name: 'held-pipes',
  severity: 'warning',
  summary: 'a child has exited, but another process holds its pipes, so `close` does not come',
  *stall(snapshot) {
    for (const { fork, child, exitedMs, awaitedEnd, heldBy } of snapshot.children()) {
      for (const holder of heldBy) {
        const callback = fork.api === 'exec' || fork.api === 'execFile';
        const misses = callback
          ? `the callback of \`${fork.api}\` does not come`
          : awaitedEnd
            ? `\`${awaitedEnd}\` does not come`
            : 'this process does not end by itself';
        yield finding(holder, {
          what: `${named(child)} has exited, but ${holderName(holder)} holds ${listOf(holder.pipes)}`,
          forked: fork.forked,
          why: `${listOf(holder.pipes)} ${end(holder.pipes)} only when the last process that holds ${them(holder.pipes)} has closed ${them(holder.pipes)}; ${misses} before \`${holder.command}\` exits or closes ${them(holder.pipes)}`,
          help: helpOf(holder),
          proof: [`the exit of pid ${child.pid} was reported ${seconds(exitedMs ?? 0)} ago`],
          subject: `${fork.api} ${holder.command} ${holder.pipes.join()}`,
          fork: fork.id,
          child,
        });
      }
    }
    for (const call of snapshot.calls()) {
      if (call.child) continue;
      for (const holder of call.heldBy) {
        const { fork } = call;
        yield finding(holder, {
          what: `the child of \`${call.api}\` has exited, but ${holderName(holder)} holds ${listOf(holder.pipes)}`,
          forked: fork?.forked ?? call.site,
          why: `\`${call.api}\` returns when its child has exited and its pipes have ended, and ${call.thread} does nothing else before; \`${holder.command}\` holds the other end of ${listOf(holder.pipes)}, so the call returns when \`${holder.command}\` exits or closes ${them(holder.pipes)}`,
          help: `redirect the output of \`${holder.command}\` where it is started (\`>/dev/null 2>&1\`), or give \`${call.api}\` the option \`stdio: 'ignore'\` or files for stdout and stderr`,
          proof: [
            `${call.thread} has been in \`${call.api}\` for ${seconds(call.ms)}, and its child is gone`,
          ],
          subject: `${call.api} ${holder.command} ${holder.pipes.join()}`,
          fork: fork?.id,
          child: { pid: holder.pid, command: holder.command },
        });
      }
    }
  },
};

/** `close` waits for the channel, too, which has nothing to do with output. */
function helpOf({ command, pipes }: PipeHolder): string {
  const only = pipes.length === 1 ? pipes[0] : undefined;
  if (only === CHANNEL)
    return `start \`${command}\` without the descriptor of the channel in its \`stdio\`, or call \`child.disconnect()\` at the \`exit\` of the child`;
  const also = pipes.includes(CHANNEL) ? ', without the descriptor of the channel' : '';
  const there = pipes.includes(CHANNEL) ? ', and call `child.disconnect()`' : '';
  return `redirect the output of \`${command}\` where it is started (\`>/dev/null 2>&1\`)${also}, or wait for \`exit\` instead of \`close\` and destroy the streams of the child there${there}`;
}

function finding(holder: PipeHolder, rest: Finding): Finding {
  return { ...rest, proof: [...rest.proof, ...holder.proof] };
}

function holderName({ command, pid, origin }: PipeHolder): string {
  return `\`${command}\` (pid ${pid}${origin ? `, ${origin}` : ''})`;
}

function listOf(names: readonly string[]): string {
  const pipes = [...names].sort();
  return pipes.length < 2
    ? (pipes[0] ?? '')
    : `${pipes.slice(0, -1).join(', ')} and ${pipes[pipes.length - 1]}`;
}

const end = (pipes: readonly string[]) => (pipes.length === 1 ? 'ends' : 'end');
const them = (pipes: readonly string[]) => (pipes.length === 1 ? 'it' : 'them');
