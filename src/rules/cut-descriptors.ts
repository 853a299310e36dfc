import type { Descriptor } from '../model';
import type { Rule } from './rule';
import { childOf, isListener } from './words';

/**
 * ### What it reports
 * Descriptors that the environment announces to the child (the jobserver of GNU make in `MAKEFLAGS`, socket
 * activation in `LISTEN_FDS`), but that Node has cut off.
 *
 * ### Why
 * At its start Node marks inherited descriptors close-on-exec, from 0 to 15 and on to the first gap. The
 * environment goes on to the child and names numbers that are closed there: a make below Node runs with one job
 * only, a service finds no socket.
 *
 * ### Certain because
 * The child's environment names the descriptor, it is open here with close-on-exec, it is not in `stdio`, and it is what
 * was announced, not something else that has its number: a listening socket, or a pipe that the parent of this process
 * has under the same number, too.
 *
 * ### Instead
 * Pass them on: `stdio: ['inherit', 'inherit', 'inherit', 3, 4]`; or use make's `--jobserver-style=fifo`.
 */
export const cutDescriptors: Rule = {
  name: 'cut-descriptors',
  severity: 'info',
  summary: 'the environment announces descriptors to the child that Node has marked close-on-exec',
  *fork(snapshot) {
    const { moment } = snapshot;
    const environment = snapshot.environment();
    for (const [numbers, variable, isAnnounced, effect] of [
      [environment.jobserver, 'MAKEFLAGS', isPipe, 'a make below it runs one job at a time'],
      [environment.activation, 'LISTEN_FDS', isListener, 'a service below it finds no socket'],
    ] as const) {
      const passed = new Set(moment.stdio.map(({ fd }) => fd));
      const cut = snapshot
        .descriptors(numbers?.filter((fd) => !passed.has(fd)) ?? [])
        .filter((one) => one.closeOnExec && isAnnounced(one));
      if (cut.length === 0) continue;
      const list = cut.map(({ fd }) => fd).join(' and ');
      yield {
        what: `${childOf(moment)} is told of descriptor ${list} by ${variable} and does not get it`,
        opened: 'before the program began: by the launcher that set the variable',
        forked: moment.forked,
        why: `Node has marked inherited descriptors close-on-exec when it started, so they are closed in the child while ${variable} still names them: ${effect}`,
        help: `pass them on in \`stdio\` at the same numbers, or remove ${variable} from the child's \`env\``,
        proof: cut.map(
          ({ fd, target }) =>
            `/proc/self/fdinfo/${fd}: flags with 02000000 (close-on-exec); ${fd} -> ${target}; not in stdio`,
        ),
        subject: variable,
        once: true,
        fork: moment.id,
        child: moment.child,
      };
    }
  },
};

function isPipe({ kind }: Descriptor): boolean {
  return kind === 'pipe';
}
