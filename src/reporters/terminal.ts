import { closeSync, constants, openSync } from 'node:fs';
import { isatty, WriteStream } from 'node:tty';
import type { Gap, Hazard, Reporter, Summary } from '../model';
import { renderHazard, type Style } from '../render';
import { STDERR, writeStderr } from '../stderr';
import { wrap } from '../wrap';
import type { ReporterOptions } from './options';
import { summaryLine } from './summary-line';

type Environment = Readonly<Record<string, string | undefined>>;

/** As Node decides for its own output: FORCE_COLOR before NO_COLOR before what descriptor 2 is. */
export function wantsColor(env: Environment, terminal: boolean): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return terminal && env.TERM !== 'dumb';
}

/** chalk is loaded with the first hazard only: most programs never have one. The 16 colours follow the theme. */
export function colored(): Style {
  const chalk = require('chalk') as typeof import('chalk');
  const c = new chalk.Instance({ level: 1 });
  return {
    severity: { error: c.red.bold, warning: c.yellow.bold, info: c.cyan.bold },
    what: c.bold,
    label: c.dim,
    place: c.cyan,
    source: (text) => text,
    code: c.green,
    proof: c.dim,
  };
}

/**
 * The width of the terminal behind descriptor 2. `process.stderr` would tell, but its getter makes a stream that
 * the program may never have asked for. A stream made on descriptor 2 puts another description in its place, and
 * destroying any stream runs that getter: so the terminal is opened again, and only the stream's handle is closed.
 */
function terminalWidth(env: Environment): number {
  const given = Number(env.COLUMNS);
  if (Number.isInteger(given) && given > 0) return given;
  let fd: number | undefined;
  try {
    const path = process.platform === 'linux' ? '/proc/self/fd/2' : '/dev/tty';
    fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    const stream = new WriteStream(fd) as WriteStream & { readonly _handle?: { fd: number; close(): void } };
    const { columns, _handle: handle } = stream;
    // where libuv cannot open the terminal by its name, as of another devpts, the descriptor is its own now
    const isTheirs = handle?.fd === fd;
    handle?.close();
    if (isTheirs) fd = undefined;
    return columns > 0 ? columns : 80;
  } catch {
    return 80;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** The same for hazards of one fork that differ only in a descriptor that nobody saw opened. */
function kinship({ rule, fork, opened, why, help }: Hazard): string | undefined {
  if (fork === undefined || typeof opened !== 'string') return undefined;
  return [rule, fork, opened, why, help].join('\n').replace(/\bdescriptor \d+/g, 'descriptor');
}

/** For a person at a terminal, or reading a log: each hazard once, a summary at exit, nothing if all is well. */
export default function terminal(options: ReporterOptions): Reporter {
  const write = options.write ?? writeStderr;
  const env = options.env ?? process.env;
  const seen = new Set<string>();
  /** Hazards that are recorded elsewhere only, by rule: the summary leaves them out. */
  const unshown = new Map<string, number>();
  let last: string | undefined;
  let look: { style?: Style; width: number } | undefined;

  const prepare = (): { style?: Style; width: number } => {
    const onTerminal = options.write === undefined && isatty(STDERR);
    const width = onTerminal || env.COLUMNS !== undefined ? terminalWidth(env) : 80;
    return wantsColor(env, onTerminal) ? { style: colored(), width } : { width };
  };

  return {
    hazard(hazard: Hazard): void {
      if (hazard.background) unshown.set(hazard.rule, 1 + (unshown.get(hazard.rule) ?? 0));
      if (hazard.background || seen.has(hazard.fingerprint)) return;
      seen.add(hazard.fingerprint);
      look ??= prepare();
      const kin = kinship(hazard);
      if (kin !== undefined && kin === last) {
        const title = { ...hazard, opened: undefined, forked: undefined };
        write(
          `${renderHazard(title, { cwd: options.cwd, ...look, brief: true })}\n  as above: opened, forked, why, help\n`,
        );
        return;
      }
      last = kin;
      const brief = hazard.severity === 'info';
      const text = renderHazard(hazard, { cwd: options.cwd, ...look, brief });
      write(brief ? `\n${text}\n  more    forkguard explain ${hazard.rule}\n` : `\n${text}\n`);
    },
    // a gap alone is no news to somebody at a terminal; the summary counts them where there were hazards
    gap(_gap: Gap): void {},
    repeat(hazard: Hazard, _count: number): void {
      if (hazard.background) unshown.set(hazard.rule, 1 + (unshown.get(hazard.rule) ?? 0));
    },
    end(summary: Summary): void {
      const shown = Object.entries(summary.hazards).map(([rule, count]) => [
        rule,
        count - (unshown.get(rule) ?? 0),
      ]);
      const text = summaryLine({ ...summary, hazards: Object.fromEntries(shown) }, seen.size);
      if (text === '') return;
      look ??= prepare();
      const lines = wrap(text, look.width - 2);
      write(`\n${lines.map(look.style?.what ?? String).join('\n  ')}\n`);
    },
  };
}
