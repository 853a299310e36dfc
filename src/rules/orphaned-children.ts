import type { Orphan, Survivor } from '../facts/exit';
import type { Rule } from './rule';
import { named, outputsOf } from './words';

/**
 * ### What it reports
 * A child that lives on although this process, or the worker thread that made it, has ended; the command behind a
 * shell that was killed in its place; and, from within a Node child, the death of its parent.
 *
 * ### Why
 * A child does not end with its parent. It keeps what it has, such as memory, files and ports, and nobody waits for
 * it. `child.kill()`, the option `timeout` and an `AbortSignal` reach one process: where that is a shell, the
 * command that the shell has started does not hear of it.
 *
 * ### Certain because
 * `/proc/<pid>/stat` shows the child alive, as our child, after the program's last `exit` listener (and those of the
 * package signal-exit), or where the program sends itself a signal that ends it, and some 50 ms more; it was not sent a
 * signal that ends it (one that this process has got counts if the child catches it: a terminal and timeout(1) signal a
 * process group, systemd and tree-kill every process, and nothing shows what a handler has begun, except to a Node
 * child with the preload, which speaks for itself); this process is not the first of its pid namespace, as in a
 * container, with which all others end; no thread of it, or of a process below it, waits on a pipe or IPC channel that
 * closes with this process (a service that ends at the end of its input is healthy), or on such a connection, unless
 * the child listens for others; nor was it asked to end with `disconnect()`, or has closed the channel itself, or is to
 * find the end of a stdin to which something was written; and neither its arguments nor its environment show that it
 * knows the pid of this process, which it may watch (as with `tail --pid` or `setpriv --pdeathsig`). A child that is
 * released with `unref()` and has a session of its own (`detached`, setsid(1)) or ignores SIGHUP (nohup(1)) is meant to
 * live on; where this process ends with code 0, so is one without `unref()` that has no pipe, channel or output of this
 * process, and so is one that is made in a listener of `exit`. After a test: whoever lives some 1.5 s later, unless the
 * program has released it and its pipes with `unref()`, and it waits on one of them (a service for all tests, such as
 * esbuild's). Of a worker thread that was terminated: the same, 1.5 s after its end. Behind a killed shell: the process
 * was below the shell when it was killed, and has the same start time half a second after the shell's exit, or five
 * seconds where both catch the signal, so that the one may have passed it on to the other; it was not sent a signal
 * itself, alone or with its group, leads no session, does not ignore SIGHUP and has no parent that was below the shell,
 * too, which may wait for it. Of a `*Sync` function whose `timeout` ended its shell: what was below that some 20 ms
 * before.
 *
 * ### Example
 * ```js
 * exec('sleep 60; echo done', { timeout: 1000 }); // ends the shell, `sleep` goes on
 * ```
 *
 * ### Instead
 * Run the command without a shell (`execFile`, `spawn`), or give it a process group of its own and end that:
 * `spawn(…, { detached: true })` and `process.kill(-child.pid)`. Await the exit of children before
 * `process.exit()`.
 */
export const orphanedChildren: Rule = {
  name: 'orphaned-children',
  severity: 'warning',
  summary: 'a child, or the command behind a killed shell, lives on with nobody to wait for it',
  *exit(snapshot) {
    const { of, code, file } = snapshot.moment;
    if (of === 'process' || of === 'test' || of === 'thread') {
      for (const survivor of snapshot.survivors()) {
        const { fork, child, thread } = survivor;
        // of one that ends by itself zombie-children speaks
        if (
          isIntended(survivor, of) ||
          (code === 0 && isDaemon(survivor)) ||
          (of === 'thread' && thread === undefined)
        )
          continue;
        const maker = of === 'thread' ? 'worker thread' : file ? 'test file' : of;
        yield {
          what: `${named(child)} lives on after ${of === 'thread' ? `the ${maker} that made it` : `this ${maker}`} has ended`,
          forked: fork.forked,
          why: `a child does not end with the ${maker} that made it; pid ${child.pid} keeps what it has, such as memory, files and ports, and nobody waits for it${untilItWrites(survivor, of)}`,
          help: helpFor(survivor, of, file),
          proof: [...survivor.proof, ...reasonsOf(survivor, of)],
          subject: child.command,
          fork: fork.id,
          child,
        };
      }
    }
    for (const orphan of snapshot.orphans()) yield findingOf(orphan);
  },
};

type Ending = 'process' | 'thread' | 'test';

/** In a test whoever is left is left, unless it was released to serve later tests as well. */
function isIntended(
  { apart, unreferenced, madeAtExit, told, service, knowsParent, connected, idle }: Survivor,
  of: Ending,
): boolean {
  if (of === 'test') return service || (connected && idle); // idle-channels says the second better
  return madeAtExit || (apart && unreferenced) || told !== false || knowsParent;
}

/** `detached`, with nothing of ours: where the program itself ends well, `unref()` would have changed nothing. */
function isDaemon({ apart, fork: { stdio } }: Survivor): boolean {
  return (
    apart && stdio.every(({ type, parentFd = 0 }) => type === 'ignore' || (type === 'fd' && parentFd > 2))
  );
}

/** What may end it, sooner or later. */
function untilItWrites({ pipes }: Survivor, of: Ending): string {
  const { names } = outputsOf(pipes);
  if (of !== 'process' || names.length === 0) return '';
  return `, unless it writes to its ${names.join(' or ')}, whose reader is gone: SIGPIPE ends a child that does not ignore it`;
}

function reasonsOf({ fork, pipes, unreferenced }: Survivor, of: Ending): string[] {
  const reasons = [
    fork.detached
      ? `it is detached, ${unreferenced ? 'and `unref()` was called' : 'but `unref()` was not called'}`
      : `it is not detached${unreferenced ? ', though `unref()` was called' : ''}`,
  ];
  if (of === 'thread') reasons.push('that thread has ended: `worker.threadId` is -1');
  if (of !== 'test') {
    reasons.push(
      pipes.length > 0
        ? 'no thread of it waits on a pipe to this process'
        : 'it has no pipe to this process whose end would tell it',
    );
  }
  return reasons;
}

function helpFor({ fork, ignored, unreferenced }: Survivor, of: Ending, file?: boolean): string {
  if (ignored.length > 0)
    return `end the child with a signal that it cannot ignore, \`child.kill('SIGKILL')\`, or have it handle ${ignored.join(' and ')}; and await its \`exit\``;
  if (of === 'test')
    return `end the child in the ${file ? 'file' : 'test'} and await its \`exit\`, such as with \`child.kill()\` in an \`${file ? 'afterAll' : 'afterEach'}\``;
  if (of === 'thread')
    return 'end the child in the worker thread and await its `exit` before the thread is ended: `worker.terminate()` lets it run no more code';
  if (fork.shell)
    return 'end the child and await its `exit` before this process ends; the shell has children of its own, so end its group: `detached: true` and `process.kill(-child.pid)`';
  const independent = unreferenced
    ? 'make it independent of this terminal and its signals with `detached: true`, too'
    : 'say so with `detached: true` and `child.unref()`';
  return `end the child and await its \`exit\` before this process ends; if it is meant to live on, ${independent}`;
}

function findingOf({ child, fork, forked, after, parent, proof }: Orphan) {
  const subject = `${after} ${child.command}`;
  if (after === 'self') {
    return {
      what: `this process, \`${child.command}\` (pid ${child.pid}), lives on after its parent, pid ${parent.pid}, has ended`,
      why: 'a child does not end with its parent, and a parent that is killed cannot end it; this one keeps what it has, such as memory, files and ports, and nobody waits for it',
      help: "have the child watch its parent: start it with `child_process.fork()` and end on `process.on('disconnect')`, or pass a pipe as `stdin` and end with it",
      proof,
      subject,
      child,
    };
  }
  if (after === 'thread') {
    return {
      what: `${named(child)} of another thread lives on after this test has ended`,
      forked,
      why: `a child ends neither with the test nor with the worker thread that made it; pid ${child.pid} keeps what it has, such as memory, files and ports, and nobody waits for it`,
      help: 'end the child in the worker thread and await its `exit` before the thread ends',
      proof,
      subject,
      child,
    };
  }
  const killed = after === 'killed';
  return {
    what: `\`${child.command}\` lives on after ${named(parent)}, which started it, ${killed ? 'was killed' : 'has ended'}`,
    forked: fork?.forked,
    why: `${killed ? 'the signal went to one process' : 'the child ended'}, and what it had started does not end with it; pid ${child.pid} runs on, and nobody waits for it`,
    help: fork?.blocking
      ? 'run the command without a shell; or start it with `spawn` and `detached: true`, and end its group with `process.kill(-child.pid)` when its time is over'
      : fork?.shell
        ? 'run the command without a shell (`execFile`, or `spawn` without `shell`), or end the whole group: `spawn` with `detached: true`, then `process.kill(-child.pid)`'
        : 'end the whole group: `spawn` with `detached: true`, then `process.kill(-child.pid)`; or ask the child to end, with a signal that it handles, so that it can end its own children',
    proof,
    subject,
    fork: fork?.id,
    child,
  };
}
