import type { Rule } from './rule';
import { below, stillWaits } from './words';

/**
 * ### What it reports
 * A command started with `exec` or `execFile` that reads its stdin, which the program neither writes nor ends.
 *
 * ### Why
 * `exec` and `execFile` always give the child a pipe as stdin. Programs such as `rg`, `cat`, `sort` or `ssh` read
 * it to its end when they are given no file, and so never exit; the callback is never called.
 *
 * ### Certain because
 * A thread of the command sleeps in a read of the other end of `child.stdin`, nothing was ever written to it, it has
 * not been ended and has no listener of the program, and, with that stream left alone, the wait-for graph has nobody
 * who could wake the command. Seen twice, with nothing having run in between. The callback of `exec` waits for the
 * exit; a child of plain `spawn` that idles on its stdin (a language server) is not reported. It is only `info`
 * while the program itself waits for something that may be meant for the command: its own stdin, a connection that
 * it made, the rest of an HTTP request that it answers, a worker thread, the callback of another command, a file.
 *
 * ### Example
 * ```js
 * execFile('rg', ['pattern'], callback); // searches stdin, not the directory
 * ```
 *
 * ### Instead
 * `child.stdin.end()` after the call, a file argument (`rg pattern .`), or `spawn` with
 * `stdio: ['ignore', 'pipe', 'pipe']`.
 */
export const unendedInput: Rule = {
  name: 'unended-input',
  severity: 'warning',
  summary: 'a command of `exec` or `execFile` reads a stdin that nobody ends',
  *stall(snapshot) {
    for (const { fork, child, unended } of snapshot.children()) {
      if (!unended) continue;
      const { process, stuck, awaited, proof } = unended;
      yield {
        what: `${below(child, process)} reads its stdin, which nobody ${awaited === undefined ? 'writes or ends' : 'has written or ended yet'}`,
        forked: fork.forked,
        why: `\`${fork.api}\` gives the child a pipe as stdin; \`${process.command}\` waits for input or its end, and the end comes when the program calls \`child.stdin.end()\` or exits${stuck === 'limited' ? ', unless it gives up before' : ''}; until then the callback is not called${stillWaits(awaited, 'write or end it')}`,
        help: `call \`child.stdin.end()\` right after \`${fork.api}\`, or name the input in the arguments, or use \`spawn\` with \`stdio: ['ignore', 'pipe', 'pipe']\``,
        proof: [...proof, 'child.stdin: bytesWritten 0, writableEnded false'],
        subject: awaited === undefined ? process.command : `${process.command}, for now`,
        ...(awaited !== undefined && { severity: 'info' as const }),
        fork: fork.id,
        child,
      };
    }
  },
};
