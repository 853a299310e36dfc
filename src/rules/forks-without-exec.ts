import type { ExitSnapshot } from '../facts/exit';
import type { AftermathSnapshot } from '../facts/fork';
import type { Finding } from '../model';
import type { Rule } from './rule';

/**
 * ### What it reports
 * A child that native code of this process forked and that has not called exec, while this process has other
 * threads.
 *
 * ### Why
 * fork(2) copies only the calling thread. In the child the threads of V8 and libuv do not exist, but the locks
 * that they held at that moment stay locked: the next allocation, DNS query or file operation there can wait for
 * ever. V8's heap is not even mapped in the child, so JavaScript cannot run there.
 *
 * ### Certain because
 * The kernel lists the child among those of this thread, forkguard saw no fork for it, `/proc/<pid>/stat` has the
 * flag PF_FORKNOEXEC (0x40), and that was still so at a second look.
 *
 * ### Instead
 * Let the native code use `posix_spawn`, or exec at once after fork; or fork before Node starts threads.
 */
export const forksWithoutExec: Rule = {
  name: 'forks-without-exec',
  severity: 'warning',
  summary: 'native code forked this process and runs on in the child, where the other threads do not exist',
  aftermath: judge,
  exit: judge,
};

function* judge(snapshot: AftermathSnapshot | ExitSnapshot): Iterable<Finding> {
  for (const { pid, command, state } of snapshot.strangers()) {
    const others = snapshot.threads().slice(1);
    if (others.length === 0) continue;
    const names = [...new Set(others.map(({ name }) => name))].join(', ');
    yield {
      what: `native code forked child ${pid} \`${command}\`, which has not called exec`,
      opened: 'not seen: native code of this process called fork',
      why: `the child has only the thread that called fork; locks that the ${others.length} other threads of this process held stay locked in it, so memory allocation, DNS and file work there can wait for ever`,
      help: 'have the native code use `posix_spawn` or call exec at once after fork',
      proof: [
        `/proc/${pid}/stat: flags with 0x40 (PF_FORKNOEXEC), state ${state}, at two looks`,
        `no fork of JavaScript made pid ${pid}`,
        `/proc/self/task: ${others.length + 1} threads (${names})`,
      ],
      subject: command,
      child: { pid, command },
    };
  }
}
