import type { Rule } from './rule';
import { named, seconds } from './words';

/**
 * ### What it reports
 * A child that was asked to end with `kill()`, or by the `timeout` of a `*Sync` function, and that ignores
 * the signal.
 *
 * ### Why
 * `kill()` returns true when the signal was sent, not when it worked. A program that then waits for `exit` waits for
 * as long as the child likes to live. A `*Sync` function does so itself: its `timeout` sends the signal, and it
 * returns when the child has ended.
 *
 * ### Certain because
 * The child lives 12 s after `kill()`, so that nobody who sends SIGKILL after a grace period (5 s in execa, 10 s in
 * Docker) hears of it, or `FORKGUARD_STALL_MS` where that is longer, or set to less than its default; after a
 * `timeout` it is always `FORKGUARD_STALL_MS`, because no SIGKILL can follow while the call blocks. And
 * `/proc/<pid>/status` shows the signal in the set of ignored (SigIgn) signals. It is `info`, after five times
 * `FORKGUARD_STALL_MS` at least, where the signal is in the set of the blocked (SigBlk) ones with nobody having taken
 * it (ShdPnd), or is a SIGTERM or SIGINT that the child catches: sigwait(3), signalfd(2) or a handler may take its time.
 *
 * ### Example
 * ```js
 * const child = spawn('sh', ['-c', 'trap "" TERM; serve']);
 * child.kill();
 * await once(child, 'exit');
 * ```
 *
 * ### Instead
 * Send `SIGKILL` after a grace period, or ask the child to end in the way that it understands.
 */
export const ignoredSignals: Rule = {
  name: 'ignored-signals',
  severity: 'warning',
  summary: 'a child was asked to end with a signal that it ignores',
  *stall(snapshot) {
    for (const { fork, child, asked } of snapshot.children()) {
      if (!asked) continue;
      const { signal, ms, disposition, proof } = asked;
      // only its own timeout sends a signal while such a call blocks
      const { blocking, api } = fork;
      const sender = blocking ? `the \`timeout\` of \`${api}\`` : '`kill()`';
      const rest = blocking ? `\`${api}\` does not return` : 'what waits for `exit` waits on';
      const { what, why, certain } = WORDS[disposition];
      yield {
        what: `${named(child)} ${what(signal)}`,
        forked: fork.forked,
        why: `${sender} sent ${signal} ${seconds(ms)} ago${blocking || !certain ? '' : ' and returned'}; the child ${why}, so ${certain ? 'it ends when its own work is done, not because it was asked: ' : ''}${rest}`,
        help: blocking
          ? "pass `killSignal: 'SIGKILL'` beside `timeout`"
          : `send \`SIGKILL\` if the child has not ended after a grace period: \`setTimeout(() => child.kill('SIGKILL'), 5000).unref()\``,
        proof: [...proof, `pid ${child.pid} lives ${seconds(ms)} after ${sender}`],
        subject: `${signal} ${disposition}`,
        ...(!certain && { severity: 'info' as const }),
        fork: fork.id,
        child,
      };
    }
  },
};

interface Words {
  what(signal: string): string;
  readonly why: string;
  /** It will not end for the signal, now or later. */
  readonly certain: boolean;
}

const WORDS: Record<'ignored' | 'blocked' | 'caught', Words> = {
  ignored: { what: (signal) => `ignores ${signal}`, why: 'ignores that signal', certain: true },
  blocked: {
    what: (signal) => `blocks ${signal} and has not taken it`,
    why: 'blocks that signal and decides itself when to take it',
    certain: false,
  },
  caught: {
    what: (signal) => `handles ${signal} and has not ended`,
    why: 'has a handler for it and decides itself when to end',
    certain: false,
  },
};
