/** What the reporter tells of processes that a test run has left. Loaded when there are some. */

import { wallClock } from '../clock';
import { escapeText } from '../escape';
import type { Procfs } from '../procfs/procfs';
import { redactText } from '../redact';
import { relativePath } from '../render';
import { signalName } from '../signals';
import { type RanTest, testOf } from './ran-tests';
import type { LoggedFork } from './run-log';

/** What the runner's main process can tell of forks in its workers. */
export interface Known {
  readonly tests?: readonly RanTest[];
  /** The place in the source, for one in compiled code. */
  readonly original?: (site: Place) => Place | undefined;
}

type Place = NonNullable<LoggedFork['site']>;

export function reportOf(
  left: readonly number[],
  forks: readonly LoggedFork[],
  procfs: Procfs,
  { tests = [], original }: Known,
): string {
  return left
    .map((pid) => {
      const comm = procfs.stat(pid)?.comm ?? '';
      const fork = originOf(pid, forks, procfs);
      if (!fork) return describe(pid, comm, undefined);
      // a set-up module has named it, and knows the lines of the source
      if (fork.test !== undefined) return describe(pid, comm, fork);
      const site = fork.site && (original?.(fork.site) ?? fork.site);
      const from = testOf(chain(fork, forks), tests);
      return describe(pid, comm, { ...fork, ...(site && { site }), ...from });
    })
    .join('\n\n');
}

/** Milliseconds by which the kernel's start of a process may seem to differ from the clock. */
const TOLERANCE = 20;

/** The fork of a process, or of the child that has left it behind, where only one can have. */
function originOf(pid: number, forks: readonly LoggedFork[], procfs: Procfs): LoggedFork | undefined {
  const stat = procfs.stat(pid);
  if (!stat) return undefined;
  const known = [pid, stat.session, stat.pgrp].flatMap(
    (id) => forks.findLast((fork) => fork.pid === id) ?? [],
  )[0];
  if (known) return known;
  const environment = procfs.environment(pid) ?? [];
  const born = Date.now() - (procfs.uptime() ?? 0) * 1000 + stat.startTime * 10;
  const alive = forks.filter(
    ({ time = Number.POSITIVE_INFINITY, end = Number.POSITIVE_INFINITY, worker, starts }) =>
      starts === undefined &&
      time - TOLERANCE <= born &&
      born <= end + TOLERANCE &&
      worker.every((pair) => environment.includes(pair)),
  );
  const naming = alive.filter(({ command, end }) => end !== undefined && command.includes(stat.comm));
  const [one, another] = alive.length > 1 ? naming : alive;
  return another ? undefined : one;
}

/** A fork, what started the process or worker thread in which it was made, and so on. */
function chain(fork: LoggedFork, forks: readonly LoggedFork[], depth = 0): LoggedFork[] {
  const { by, thread } = fork;
  const above = forks.findLast((one) =>
    thread === 0 ? one.pid === by : one.by === by && one.starts === thread,
  );
  return above && depth < 32 ? [fork, ...chain(above, forks, depth + 1)] : [fork];
}

function describe(pid: number, comm: string, fork: LoggedFork | undefined): string {
  const who = fork && fork.pid !== pid ? `, which \`${fork.command}\` has started,` : '';
  const command = fork?.pid === pid ? fork.command : comm;
  const lines = [`warning[orphaned-children] \`${command}\` (pid ${pid})${who} lives on after the test run`];
  const file = fork?.file && relativePath(fork.file, process.cwd());
  if (fork?.test) lines.push(`  test    ${fork.test}${file ? ` (${file})` : ''}`);
  else if (file) {
    const which = fork.test === '' ? 'none: outside of tests' : 'one of several at the same time';
    lines.push(`  test    ${which}, in ${file}`);
  }
  if (fork?.site) {
    const { file, line, column } = fork.site;
    lines.push(`  forked  ${relativePath(file, process.cwd())}:${line}:${column}`);
  }
  const asked = fork?.pid === pid ? fork.asked : undefined;
  lines.push(
    ...(asked ? hasNotObeyed(asked) : NOT_ASKED),
    `  proof   /proc/${pid}/environ has the mark of this run, whose tests have ended`,
    '  docs    docs/rules/orphaned-children.md',
  );
  return lines.map((line) => escapeText(redactText(line))).join('\n');
}

const NOT_ASKED = [
  '  why     the tests of this run have ended, which does not end the processes that they have started',
  '  help    end the child in the test and await its `exit`, such as with `child.kill()` in an `afterEach`',
];

function hasNotObeyed({ signal, at }: NonNullable<LoggedFork['asked']>): string[] {
  const seconds = ((wallClock() - at) / 1000).toFixed(1);
  return [
    `  why     it was sent ${signalName(signal)} ${seconds} s ago, and has not ended`,
    "  help    await its `exit` after `child.kill()`, and end it with `child.kill('SIGKILL')` where that takes too long",
  ];
}
