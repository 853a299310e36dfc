import type { Rule } from './rule';
import { childOf } from './words';

/**
 * ### What it reports
 * A fork that failed with ENOENT (or ENOTDIR) because the directory in its `cwd` option does not exist.
 *
 * ### Why
 * Between fork and exec the child changes its directory. If that fails, the error carries the name of the program:
 * "spawn /usr/bin/node ENOENT", although the program is there.
 *
 * ### Certain because
 * The call ended with ENOENT or ENOTDIR, or threw, and the directory does not exist: no child can start there.
 *
 * ### Instead
 * `fs.mkdirSync(cwd, { recursive: true })` before, or another `cwd`.
 */
export const missingDirectories: Rule = {
  name: 'missing-directories',
  severity: 'error',
  summary: 'a fork fails with ENOENT: not the program is missing, but the directory it was to start in',
  *fork(snapshot) {
    const { moment } = snapshot;
    if (!moment.failed && moment.error !== 'ENOENT' && moment.error !== 'ENOTDIR') return;
    const found = snapshot.directory();
    if (found === undefined || found === 'directory') return;
    const error = moment.error ?? (found === 'nothing' ? 'ENOENT' : 'ENOTDIR');
    const absent = found === 'nothing' ? 'does not exist' : 'is no directory';
    yield {
      what: `${childOf(moment)} cannot start: its working directory ${moment.cwd} ${absent}`,
      forked: moment.forked,
      why: `the child changes to the directory in \`cwd\` before it runs the program; that fails with ${error}, and Node's error names the program instead of the directory`,
      help: 'create the directory first, or correct the `cwd` option',
      proof: [
        `the call failed${moment.error ? ` with ${moment.error}` : ''}`,
        `stat: ${moment.cwd} ${absent}`,
      ],
      subject: moment.cwd ?? '',
      fork: moment.id,
      child: { pid: 0, command: moment.command },
    };
  },
};
