import type { Rule } from './rule';
import { childOf } from './words';

/**
 * ### What it reports
 * A child that gets `--require ./file` (or `--import`, `--loader`, `--env-file`) with a relative path that does
 * not exist in the directory in which the child starts.
 *
 * ### Why
 * Such paths are looked up from the working directory of the process that reads them, and `NODE_OPTIONS` and
 * `process.execArgv` are handed down unchanged: a Node child in another directory ends at once with "Cannot find
 * module".
 *
 * ### Certain because
 * The flag is in the child's `NODE_OPTIONS` or arguments, its value starts with a dot, and no such file exists
 * there. It is an `error` where the child is Node itself, else `info`: a Node further down would fail.
 *
 * ### Instead
 * `NODE_OPTIONS="--require $PWD/hook.cjs"`: an absolute path.
 */
export const relativePreloads: Rule = {
  name: 'relative-preloads',
  severity: 'error',
  summary:
    'a preload with a relative path is handed down to a child in another directory, where it does not exist',
  *fork(snapshot) {
    const { moment, startsNode } = snapshot;
    for (const { flag, value, source, found } of snapshot.environment().preloads) {
      if (found) continue;
      yield {
        what: `${childOf(moment)} is told to load \`${value}\`, which does not exist in its working directory`,
        forked: moment.forked,
        why: `\`${flag} ${value}\` is handed down by ${source === 'NODE_OPTIONS' ? 'NODE_OPTIONS' : 'process.execArgv or the arguments'} and looked up from the child's working directory; ${startsNode ? 'the child ends at its start' : 'a Node process below it ends at its start'} with "Cannot find module"`,
        help: 'make the path absolute, or take the flag out for this child (`env`, `execArgv: []`)',
        proof: [
          `${source} of the child: ${flag} ${value}`,
          `no such file in ${moment.cwd ?? 'the working directory'}`,
        ],
        subject: `${flag} ${value}`,
        severity: startsNode ? 'error' : 'info',
        fork: moment.id,
        child: moment.child,
      };
    }
  },
};
