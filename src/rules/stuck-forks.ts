import type { Rule } from './rule';
import { seconds } from './words';

/**
 * ### What it reports
 * An asynchronous `spawn`, `exec`, `execFile` or `fork` that does not return, because the new process sleeps on a lock
 * before it has called exec.
 *
 * ### Why
 * After fork(2) the child has one thread and a copy of all locks as they were. A lock that another thread held at that
 * moment is never released in the child: its owner does not exist there. Node waits for the child's exec with the
 * event loop blocked.
 *
 * ### Certain because
 * The thread sleeps in a read of the pipe by which libuv learns of the exec, its child has PF_FORKNOEXEC in
 * `/proc/<pid>/stat`, exactly one thread, and sleeps in futex(2). Where the memory of the child can be read, the owner
 * of the lock is named, and so are the mapped libraries that ask for `pthread_atfork`. A lock wait with a limit of its
 * own is a warning.
 *
 * ### Example
 * A native library that registers a `pthread_atfork` handler which takes a lock.
 *
 * ### Instead
 * Update or unload the library, or fork before it starts its threads (a small helper process that does the spawning).
 */
export const stuckForks: Rule = {
  name: 'stuck-forks',
  severity: 'error',
  summary: 'a new process sleeps on a lock between fork and exec, and the spawn does not return',
  *stall(snapshot) {
    for (const call of snapshot.calls()) {
      const { forking, fork, verdict } = call;
      if (call.kind !== 'spawn' || !forking) continue;
      const limited = verdict?.grade !== 'stuck';
      const libraries = forking.libraries();
      yield {
        what: `child \`${fork?.command ?? 'unknown'}\` sleeps on a lock between fork and exec`,
        forked: fork?.forked ?? call.site,
        why: `${call.thread} waits in \`${call.api}\` until the new process has called exec; that process sleeps on ${forking.owner ? `a lock of ${forking.owner}, which does not exist in it` : 'a lock, and has no other thread that could release it'}; the event loop stands still ${limited ? 'until the wait for the lock gives up' : 'until the new process is ended by a signal'}`,
        help: `${suspect(libraries)} update or remove it, or fork from a process that has not loaded it`,
        proof: [
          `no progress for ${seconds(call.ms)}`,
          ...forking.proof,
          ...libraries.map((path) => `nm -D ${path} | grep atfork: it asks for fork handlers`),
        ],
        subject: 'fork',
        severity: limited ? 'warning' : 'error',
        fork: fork?.id,
        child: call.child,
      };
    }
  },
};

function suspect(libraries: readonly string[]): string {
  const names = libraries.map((path) => `\`${path.slice(path.lastIndexOf('/') + 1)}\``);
  if (names.length === 1)
    return `look at ${names[0]}, the only library here that asks for \`pthread_atfork\`:`;
  const where = names.length > 1 ? names.join(', ') : '`LD_PRELOAD`, native addons';
  return `find the library whose \`pthread_atfork\` handler or allocator takes a lock (${where}):`;
}
