import { parseArgs } from 'node:util';
import { escapeText } from '../escape';
import { createProcfs } from '../procfs/procfs';
import { redactText } from '../redact';
import { type InspectedWaits, inspectWaits } from '../waits/inspect';
import { type Io, UsageError } from './io';
import { crossingLocks, type InspectedDescriptor, inspectProcess, type ProcessReport } from './process-facts';
import { waitSections } from './wait-lines';

const HELP = `forkguard inspect [--json] <pid>

Shows who waits on what, if the process hangs; and what a child that it forked now would get: its inheritable
descriptors with their locks and addresses; its listeners, threads and children. Nothing need be preloaded in it,
and nothing is changed. Looks at it for up to two seconds.
`;

export async function inspect(argv: readonly string[], io: Io): Promise<number> {
  const { pid, json, help } = parse(argv);
  if (help) {
    io.out(HELP);
    return 0;
  }
  if (process.platform !== 'linux') throw new Error('inspect reads /proc: it works on Linux only');
  const procfs = createProcfs();
  const report = inspectProcess(pid, procfs);
  if (!report)
    throw new Error(
      `there is no process ${pid}${procfs.failures().map(({ what, why }) => `, or it cannot be seen: ${what}: ${why}`)[0] ?? ''}`,
    );
  const waits = await inspectWaits(pid, procfs);
  const gaps = procfs.failures();
  if (json) io.out(`${JSON.stringify({ ...report, waits, gaps }, jsonSafe, 2)}\n`);
  else
    io.out(
      text(
        report,
        waits,
        gaps.map(({ what, why }) => `${what}: ${why}`),
      ),
    );
  return report.descriptors ? 0 : 1;
}

function parse(argv: readonly string[]): { pid: number; json: boolean; help: boolean } {
  let parsed: { values: { json?: boolean; help?: boolean }; positionals: string[] };
  try {
    const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split('\n')[0] as string);
  }
  const { values, positionals } = parsed;
  const pid = Number(positionals[0]);
  if (!values.help && (positionals.length !== 1 || !Number.isInteger(pid) || pid < 1)) {
    throw new UsageError(
      `inspect takes one process id${positionals[0] === undefined ? '' : `, not \`${positionals.join(' ')}\``}`,
    );
  }
  return { pid, json: values.json === true, help: values.help === true };
}

function text(report: ProcessReport, waits: InspectedWaits, gaps: readonly string[]): string {
  const lines: string[] = [];
  const section = (title: string, rows: readonly string[], none: string) => {
    lines.push('', title, ...(rows.length > 0 ? rows.map((row) => `  ${row}`) : [`  ${none}`]));
  };
  lines.push(
    `pid ${report.pid}  ${escapeText(report.command.join(' '), 200)}${report.isNode ? '' : '  (not Node)'}`,
  );
  if (report.parent) lines.push(`started by pid ${report.parent.pid} ${escapeText(report.parent.command)}`);
  for (const { title, rows } of waitSections(waits))
    section(title, rows, 'it waits for no process that can be seen');
  const { descriptors } = report;
  if (!descriptors) {
    lines.push('', 'its descriptors cannot be read: it belongs to another user, or /proc hides it');
  } else {
    const inheritable = descriptors.filter(({ fd, closeOnExec }) => fd > 2 && !closeOnExec);
    const listeners = descriptors.filter(({ socket }) => socket?.state === 'listen');
    section(
      'inheritable descriptors: every child forked now gets them',
      inheritable.map(row),
      'none above stdio',
    );
    section('stdio', descriptors.filter(({ fd }) => fd < 3).map(row), 'closed');
    section('listeners', listeners.map(row), 'none');
    const locked = descriptors.filter(({ locks }) => crossingLocks(locks).length > 0);
    section('locks that cross a fork', locked.map(row), 'none');
  }
  section('threads', [counted(report.threads)], 'none');
  section(
    'children',
    report.children.map(
      ({ pid, command, state, forkedWithoutExec }) =>
        `${pid}  ${escapeText(command)}${state === 'Z' ? '  zombie: ended, not reaped' : ''}${forkedWithoutExec && state !== 'Z' ? '  forked without exec' : ''}`,
    ),
    'none',
  );
  if (report.nativePackages.length > 0) {
    section(
      'native packages loaded: they open what Node did not',
      [escapeText(report.nativePackages.join(', '))],
      '',
    );
  }
  if (gaps.length > 0) section('could not be read', gaps, '');
  return `${lines.map(redactText).join('\n')}\n`;
}

function row({ fd, target, socket, locks, access }: InspectedDescriptor): string {
  const address = socket
    ? [socket.protocol, socket.state, escapeText(socket.local, 120), socket.remote].filter(Boolean).join(' ')
    : '';
  const held = crossingLocks(locks).map(({ type, access: kind }) => `${type} ${kind}`);
  return [String(fd).padStart(4), escapeText(target, 120), address, access, ...held]
    .filter(Boolean)
    .join('  ');
}

function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return `${names.length}: ${[...counts].map(([name, count]) => (count > 1 ? `${escapeText(name)} x ${count}` : escapeText(name))).join(', ')}`;
}

function jsonSafe(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return escapeText(redactText(value));
  return typeof value === 'bigint' ? value.toString() : value;
}
