import type { Rule } from './rule';
import { childOf, openerOf } from './words';

/**
 * ### What it reports
 * A regular file that this process has already read or written and that a child gets by its number.
 *
 * ### Why
 * The offset belongs to the open file description, which both then share: what one of them reads or writes moves
 * the other. A child's output starts where this process stopped, and later writes of both overwrite nothing but
 * fall between each other; reads skip what the other has read.
 *
 * ### Certain because
 * The descriptor is in `stdio`, is a regular file without `O_APPEND`, and its offset (`pos:` in fdinfo) was not 0
 * before the fork, so this process uses it. Whether that is meant cannot be known: the severity is `info`.
 *
 * ### Example
 * ```js
 * const out = fs.openSync('report.txt', 'w');
 * fs.writeSync(out, 'header\n');
 * spawn('make-report', { stdio: ['ignore', out, 'inherit'] });
 * ```
 *
 * ### Instead
 * Open the file once more for the child, or open it for appending (`'a'`).
 */
export const sharedOffsets: Rule = {
  name: 'shared-offsets',
  severity: 'info',
  summary: 'a file that this process uses is passed by number: parent and child share one offset',
  *fork(snapshot) {
    const { moment } = snapshot;
    const said = new Set<number>();
    for (const { descriptor, proof, via, again } of snapshot.crossings()) {
      if (via !== 'stdio' || descriptor.fd < 3 || descriptor.kind !== 'file') continue;
      if (descriptor.append || descriptor.position === 0) continue;
      if (again) continue; // its offset may be where an earlier child has left it
      if (said.has(descriptor.fd)) continue; // its stdout and stderr are one file
      said.add(descriptor.fd);
      yield {
        what: `${childOf(moment)} shares the offset of ${descriptor.target}`,
        opened: openerOf(descriptor),
        forked: moment.forked,
        why: `both have the same open file description, whose offset was ${descriptor.position}; what one reads or writes moves the other`,
        help: "open the file once more for the child, or open it with `'a'` so that each write goes to the end",
        proof: [
          ...proof,
          `/proc/self/fdinfo/${descriptor.fd} before the call: pos: ${descriptor.position}, flags without 02000 (O_APPEND)`,
        ],
        subject: descriptor.target,
        fork: moment.id,
        child: moment.child,
        resource: descriptor.resource,
      };
    }
  },
};
