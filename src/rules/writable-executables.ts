import type { Rule } from './rule';
import { childOf, openerOf } from './words';

/**
 * ### What it reports
 * A fork that failed with ETXTBSY because the program's file is open for writing in this process.
 *
 * ### Why
 * Linux does not run a file that anybody has open for writing. Another thread that forks at the same time can
 * carry such a descriptor into its child for a moment, so that even a program that closes the file first sees it.
 *
 * ### Certain because
 * The call ended with ETXTBSY, or threw, and a descriptor of this process is open for writing on the same file; where none
 * is (any more), the report is `info`.
 *
 * ### Instead
 * Close the file (and await that) before it is run; write it under another name and rename it.
 */
export const writableExecutables: Rule = {
  name: 'writable-executables',
  severity: 'error',
  summary: 'a program cannot run because its file is open for writing (ETXTBSY)',
  *fork(snapshot) {
    const { moment } = snapshot;
    if (!moment.failed && moment.error !== 'ETXTBSY') return;
    const writers = snapshot.writers();
    if (moment.failed && writers.length === 0) return;
    const writer = writers[0];
    yield {
      what: `${childOf(moment)} cannot start: its file is open for writing${writer ? ` as descriptor ${writer.fd}` : ''}`,
      opened: writer ? openerOf(writer) : undefined,
      forked: moment.forked,
      why: `Linux refuses to run a file while anybody has it open for writing${writer ? ', here this process itself' : ': a child that another thread forked in between can have inherited the descriptor for a moment'}; the call fails with ETXTBSY`,
      help: 'close the file and wait for that (`await file.close()`) before it is run; or write it under another name and rename it',
      proof: [
        'the call failed',
        ...writers.map(({ fd, target }) => `/proc/self/fd/${fd} -> ${target}, open for writing`),
      ],
      resource: writer?.resource,
      subject: moment.file,
      severity: writer ? 'error' : 'info',
      fork: moment.id,
      child: { pid: 0, command: moment.command },
    };
  },
};
