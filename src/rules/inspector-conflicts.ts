import type { Rule } from './rule';
import { childOf, collide } from './words';

/**
 * ### What it reports
 * A Node child that is told to open its inspector on the address on which this process has its own open.
 *
 * ### Why
 * `child_process.fork()` copies `process.execArgv`, and `NODE_OPTIONS` reaches every Node child: both repeat
 * `--inspect=PORT`. The child prints "Starting inspector … failed: address already in use" and cannot be debugged.
 * (`cluster` counts the port up; `fork` does not.)
 *
 * ### Certain because
 * The port in the child's flags is not 0 and equals the port of this process's inspector, and so does the host, or one
 * of them is every address. What is said last counts: arguments after NODE_OPTIONS, `--inspect-port` after `--inspect`.
 *
 * ### Instead
 * `fork(file, args, { execArgv: [] })`, or `--inspect=0`: any free port.
 */
export const inspectorConflicts: Rule = {
  name: 'inspector-conflicts',
  severity: 'warning',
  summary: "a Node child is told to open its inspector on this process's own address",
  *fork(snapshot) {
    const { moment, startsNode } = snapshot;
    const wanted = startsNode ? snapshot.environment().inspector : undefined;
    if (!wanted || wanted.port === 0) return;
    const { inspector } = snapshot.program();
    if (inspector?.port !== wanted.port || !collide(inspector.host, wanted.host)) return;
    const { host, port } = inspector;
    const from =
      wanted.source === 'NODE_OPTIONS' ? 'NODE_OPTIONS' : 'its arguments (fork copies process.execArgv)';
    yield {
      what: `${childOf(moment)} is told to open its inspector on port ${port}, which this process uses`,
      forked: moment.forked,
      why: `the flag comes from ${from}; the port is taken by this process, so the child says "Starting inspector failed: address already in use" and cannot be debugged`,
      help: 'fork with `execArgv: []`, or use `--inspect=0` so that each process takes a free port',
      proof: [
        `the inspector of this process listens on ${host}:${port}`,
        `the child's ${wanted.source} name${wanted.source === 'arguments' ? '' : 's'} port ${port}`,
      ],
      subject: `inspector ${port}`,
      fork: moment.id,
      child: moment.child,
    };
  },
};
