/** What the reporter tells of processes that a test run has left. Loaded when there are some. */

import { wallClock } from '../clock';
import { escapeText } from '../escape';
import { isAlive } from '../procfs/parse-process';
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
      const origins = originsOf(pid, forks, procfs).map((fork) => {
        // a set-up module has named it, and knows the lines of the source
        if (fork.test !== undefined) return fork;
        const site = fork.site && (original?.(fork.site) ?? fork.site);
        return { ...fork, ...(site && { site }), ...testOf(chain(fork, forks), tests) };
      });
      return describe(pid, commandOf(pid, origins, procfs), origins);
    })
    .join('\n\n');
}

/** What a process is called: by the command of its fork, or as the kernel does. */
export function commandOf(pid: number, [fork]: readonly LoggedFork[], procfs: Procfs): string {
  return fork?.pid === pid ? fork.command : (procfs.stat(pid)?.comm ?? '');
}

/** Milliseconds by which the kernel's start of a process may seem to differ from the clock. */
const TOLERANCE = 20;

/** The fork of a process, or those by which a child can have been made that has left it behind. */
export function originsOf(pid: number, forks: readonly LoggedFork[], procfs: Procfs): readonly LoggedFork[] {
  const stat = procfs.stat(pid);
  if (!stat) return [];
  const known = [pid, stat.session, stat.pgrp].flatMap(
    (id) => forks.findLast((fork) => fork.pid === id) ?? [],
  );
  if (known[0]) return known.slice(0, 1);
  const environment = procfs.environment(pid) ?? [];
  const born = Date.now() - (procfs.uptime() ?? 0) * 1000 + stat.startTime * 10;
  const alive = forks.filter(
    ({ time = Number.POSITIVE_INFINITY, end = Number.POSITIVE_INFINITY, worker, starts }) =>
      starts === undefined &&
      time - TOLERANCE <= born &&
      born <= end + TOLERANCE &&
      worker.every((pair) => environment.includes(pair)),
  );
  // the parent has ended; and the children of a process that notes its own forks are known by their numbers
  const last = alive.filter(
    (fork) =>
      (fork.pid === undefined || !isAlive(procfs.stat(fork.pid))) && !forks.some(({ by }) => by === fork.pid),
  );
  const marks = Math.max(...last.map(({ worker }) => worker.length));
  const near = last.filter(({ worker }) => worker.length === marks);
  const naming = near.length > 1 ? near.filter(({ command }) => command.includes(stat.comm)) : [];
  return naming.length > 0 ? naming : near;
}

/** A fork, what started the process or worker thread in which it was made, and so on. */
function chain(fork: LoggedFork, forks: readonly LoggedFork[], depth = 0): LoggedFork[] {
  const { by, thread } = fork;
  const above = forks.findLast((one) =>
    thread === 0 ? one.pid === by : one.by === by && one.starts === thread,
  );
  return above && depth < 32 ? [fork, ...chain(above, forks, depth + 1)] : [fork];
}

function describe(pid: number, command: string, origins: readonly LoggedFork[]): string {
  const [fork] = origins;
  const isSure = origins.length === 1;
  const isOfOneFile = origins.every(({ file }) => file === fork?.file);
  const isOfOneTest = isOfOneFile && origins.every(({ test }) => test === fork?.test);
  const who = fork && isSure && fork.pid !== pid ? `, which \`${fork.command}\` has started,` : '';
  const lines = [`warning[orphaned-children] \`${command}\` (pid ${pid})${who} lives on after the test run`];
  const file = isOfOneFile && fork?.file && relativePath(fork.file, process.cwd());
  if (fork?.test && isOfOneTest) lines.push(`  test    ${fork.test}${file ? ` (${file})` : ''}`);
  else if (file) {
    const which = isOfOneTest && fork.test === '' ? 'none: outside of tests' : 'one of several';
    lines.push(`  test    ${which}, in ${file}`);
  }
  const sites = new Set(origins.map(({ site }) => site && placeOf(site)));
  if (sites.size <= MOST_PLACES && !sites.has(undefined))
    lines.push(...[...sites].map((place, at) => `  ${at === 0 ? 'forked' : 'or    '}  ${place}`));
  const asked = fork?.pid === pid ? fork.asked : undefined;
  lines.push(
    ...(asked ? hasNotObeyed(asked) : NOT_ASKED),
    `  proof   /proc/${pid}/environ has the mark of this run, whose tests have ended`,
    '  docs    docs/rules/orphaned-children.md',
  );
  return lines.map((line) => escapeText(redactText(line))).join('\n');
}

/** So many places may be meant before none is named. */
const MOST_PLACES = 3;

function placeOf({ file, line, column }: Place): string {
  return `${relativePath(file, process.cwd())}:${line}:${column}`;
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
