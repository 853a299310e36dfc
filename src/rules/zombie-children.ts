import type { Zombie } from '../facts/exit';
import type { Rule } from './rule';
import { named } from './words';

/**
 * ### What it reports
 * A dead child that stays in the process table because nobody waits for it, and a child whose end somebody else
 * has waited for, so that Node never learns of it.
 *
 * ### Why
 * A process that has ended keeps its pid until its parent waits for it. Node waits only for children that it made
 * itself, each in the event loop of its thread: not for children of a worker thread that has ended, nor, as pid 1
 * of a container, for orphans that the kernel hands to it. Such zombies add up until no process can be made. The
 * other way round, native code that calls `waitpid(-1)` takes an end from Node: `exit` and `close` never fire.
 *
 * ### Certain because
 * The worker thread ends with the child in its ledger; or `/proc/<pid>/stat` has shown state Z for 0.3 s or
 * more, and no ChildProcess has that pid; or the pid of a ChildProcess without exit code is no longer among the
 * children of this process, a second or more after libuv reported any exit. A daemon (`detached` and `unref()`) of a
 * worker thread that ends is `info`: no zombie comes of it where the process ends first.
 *
 * ### Example
 * ```dockerfile
 * CMD ["node", "server.js"]   # pid 1, and a tool that leaves processes behind
 * ```
 *
 * ### Instead
 * In a container use an init process: `docker run --init`, or `tini` as entry point. In a worker thread await the
 * exit of children, or start them from the main thread. In native code wait for one pid only.
 */
export const zombieChildren: Rule = {
  name: 'zombie-children',
  severity: 'warning',
  summary: 'a dead child that nobody waits for, or whose end somebody else has taken from Node',
  *exit(snapshot) {
    for (const zombie of snapshot.zombies()) {
      yield {
        ...words(zombie, snapshot.moment.of === 'thread'),
        forked: zombie.fork?.forked,
        proof: zombie.proof,
        // meant to outlive the thread, and perhaps the process as well: then init waits for it
        ...(zombie.released && { severity: 'info' as const }),
        subject: `${zombie.kind} ${zombie.child.command}`,
        fork: zombie.fork?.id,
        child: zombie.child,
      };
    }
  },
};

/** `ending`: the child lives, and the worker thread that made it is about to end. */
function words({ kind, child }: Zombie, ending: boolean): { what: string; why: string; help: string } {
  switch (kind) {
    case 'thread':
      return {
        what: ending
          ? `nobody waits for ${named(child)} of a worker thread that ends`
          : `${named(child)} of a worker thread that has ended is a zombie`,
        why: `only the event loop of the thread that made a child waits for it; ${ending ? `once pid ${child.pid} has ended it` : `pid ${child.pid}`} stays in the process table until this process ends, and such zombies add up until no process can be made`,
        help: "await the child's `exit` in the worker thread before it ends (`unref()` and `worker.terminate()` do not), or start the child from the main thread",
      };
    case 'adopted':
      return {
        what: `${named(child)}, an orphan that the kernel handed to this process as pid 1, is a zombie`,
        why: 'orphans become children of pid 1, which must wait for them when they end; Node waits only for children that it made itself, so zombies add up until no process can be made',
        help: 'start the container with an init process: `docker run --init`, `init: true` in a compose file, or `tini` as entry point',
      };
    case 'stolen':
      return {
        what: `${named(child)} has ended, but Node was never told`,
        why: `somebody else in this process has waited for pid ${child.pid}, such as native code with \`waitpid(-1)\`; the kernel gives an exit to one waiter, so \`exit\` and \`close\` never fire, and whoever awaits them waits for ever`,
        help: 'have the native code wait for the pids that it made itself (`waitpid(pid, …)`), or run it in a process of its own',
      };
  }
}
