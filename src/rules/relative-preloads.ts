import type { Preload } from '../facts/fork';
import type { Severity } from '../model';
import type { Rule } from './rule';
import { childOf } from './words';

/**
 * ### What it reports
 * A child that gets `--require ./file` (or `--import`, `--loader`, `--env-file`) with a relative path that does
 * not exist in the directory in which the child starts; or `--require name` of a package that is installed for this
 * process, and not where the child starts.
 *
 * ### Why
 * Such paths are looked up from the working directory of the process that reads them, and `NODE_OPTIONS` and
 * `process.execArgv` are handed down unchanged: a Node child in another directory ends at once with "Cannot find
 * module".
 *
 * ### Certain because
 * The flag is in the child's `NODE_OPTIONS` or arguments, its value starts with a dot, and no such file exists there;
 * or it is the name of a package, which a folder `node_modules` at or above the working directory of this process has,
 * and none at or above that of the child (without `NODE_PATH` and Plug'n'Play). It is an `error` where the child is
 * Node itself, else `info`: a Node further down would fail. If the file exists there, but `NODE_OPTIONS` was set for
 * this child, without forkguard, and it starts in another directory than this process, the report is a `warning`: the
 * option goes on to every Node that the child starts, and fails where that is in a directory without such a file. With
 * forkguard the child itself says so, where it happens.
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
    for (const preload of snapshot.environment().preloads) {
      const { flag, value, source, found, setForElsewhere } = preload;
      if (found && !setForElsewhere) continue;
      if (!found && moment.ending?.exitCode === 0) continue; // its child has started, and removed the file perhaps
      yield {
        ...(found ? brittle(preload) : broken(preload, startsNode)),
        what: `${childOf(moment)} is told to load \`${value}\`, ${whereabouts(preload)}`,
        forked: moment.forked,
        help: 'make the path absolute, or take the flag out for this child (`env`, `execArgv: []`)',
        proof: [
          `${source} of the child: ${flag} ${value}`,
          preload.package
            ? `no folder node_modules in ${moment.cwd}, or above it, has that package`
            : `${found ? 'the file exists' : 'no such file'} in ${moment.cwd ?? 'the working directory'}`,
        ],
        subject: `${flag} ${value}`,
        fork: moment.id,
        child: moment.child,
      };
    }
  },
};

function whereabouts({ found, package: isPackage }: Preload): string {
  if (found) return 'which each process below it looks for in its own working directory';
  return isPackage
    ? 'a package that is not installed at or above its working directory'
    : 'which does not exist in its working directory';
}

type Verdict = { readonly why: string; readonly severity: Severity };

function broken(preload: Preload, startsNode: boolean): Verdict {
  const { flag, value, source } = preload;
  const from = source === 'NODE_OPTIONS' ? 'NODE_OPTIONS' : 'process.execArgv or the arguments';
  const who = startsNode ? 'the child' : 'a Node process below it';
  return {
    why: `\`${flag} ${value}\` is handed down by ${from} and looked up from the child's working directory; ${who} ends at its start with "${errorOf(preload)}"`,
    severity: startsNode ? 'error' : 'info',
  };
}

function brittle(preload: Preload): Verdict {
  const { flag, value } = preload;
  return {
    why: `\`${flag} ${value}\` is looked up from the working directory of each Node process that inherits NODE_OPTIONS; one that the child starts in any other directory ends at its start with "${errorOf(preload)}"`,
    severity: 'warning',
  };
}

function errorOf({ flag, value, package: isPackage }: Preload): string {
  if (flag === '--env-file') return `${value}: not found`;
  return isPackage && !/^(-r|--require)$/.test(flag) ? 'Cannot find package' : 'Cannot find module';
}
