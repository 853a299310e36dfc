import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { escapeText, reasonOf } from '../escape';
import type { Hazard, Site } from '../model';
import type { SiteRecord } from '../records';
import { renderHazard } from '../render';
import { annotation } from '../reporters/github';
import { toHtml } from '../reporters/html';
import { toJunit } from '../reporters/junit';
import { type CountedHazard, type Run, readRun } from '../reporters/read';
import { toSarif } from '../reporters/sarif';
import { colored, wantsColor } from '../reporters/terminal';
import { readRunFile, replaceFile } from '../reporters/whole-tree';
import { isSourceName } from '../source';
import { type Io, UsageError } from './io';

const HELP = `forkguard report <file.ndjson> [options]

Makes reports for people and machines from the records of a run, written with
FORKGUARD_REPORTERS=ndjson FORKGUARD_OUTPUT=<file.ndjson>. Without options it prints the hazards.
A file named - is standard input, or for reports standard output.

  --html <file>    one page for a browser; needs no network
  --sarif <file>   SARIF 2.1.0, for code scanning
  --junit <file>   JUnit XML, for CI servers
  --github         annotations for GitHub Actions, on standard output
  --cwd <dir>      show paths relative to <dir> (default: here)
  --help           this text

Exit code: 0 reports written, 2 wrong usage or a file that cannot be read or written.
`;

const OPTIONS = {
  html: { type: 'string' },
  sarif: { type: 'string' },
  junit: { type: 'string' },
  github: { type: 'boolean' },
  cwd: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const site = ({ file, line, column, package: by }: SiteRecord): Site => ({
  frames: [{ file, line, column, ...(by === undefined ? {} : { package: by }) }],
});

/** A record as the hazard it was, as far as printing needs it. */
function asHazard(record: CountedHazard): Hazard {
  const { opened, forked, ended } = record;
  return {
    rule: record.rule,
    severity: record.severity,
    what: record.what,
    opened: opened === null ? undefined : typeof opened === 'string' ? opened : site(opened),
    forked: forked === null ? undefined : site(forked),
    ended: ended && site(ended),
    why: record.why,
    help: record.help,
    proof: record.proof,
    subject: '',
    docs: record.docs,
    fingerprint: record.fingerprint,
    time: Date.parse(record.time),
    pid: record.pid,
    threadId: record.threadId,
  };
}

function printed(run: Run, cwd: string): string {
  if (run.hazards.length === 0) return 'no hazards\n';
  const { isTTY, columns } = process.stdout;
  const look = {
    cwd,
    width: columns || 80,
    source: isSourceName,
    ...(wantsColor(process.env, isTTY === true) && { style: colored() }),
  };
  return run.hazards.map((hazard) => `${renderHazard(asHazard(hazard), look)}\n`).join('\n');
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`report: ${reasonOf(error)}`);
  }
}

const STANDARD = '-';

const nameOf = (file: string) => (file === STANDARD ? 'standard input' : escapeText(file, 500));

function read(file: string, io: Io): Run {
  let run: Run;
  try {
    run = file === STANDARD ? readRun(readFileSync(0, 'utf8')) : readRunFile(resolve(file)).run;
  } catch (error) {
    throw new UsageError(`cannot read ${nameOf(file)}: ${reasonOf(error)}`);
  }
  const records = run.hazards.length + run.forks.length + run.gaps.length + run.summaries.length;
  if (records === 0 && run.broken > 0)
    throw new UsageError(`${nameOf(file)} holds no record of forkguard: is it an ndjson report?`);
  if (run.broken > 0) io.error(`lines that are no records are left out: ${run.broken}`);
  return run;
}

/** Each report needs a file of its own; what is read and what is written may both be standard. */
function refuseTwice(file: string, written: readonly string[]): void {
  const names = [...(file === STANDARD ? [] : [file]), ...written].map((path) =>
    path === STANDARD ? path : resolve(path),
  );
  const twice = names.find((path, at) => names.indexOf(path) !== at);
  if (twice === undefined) return;
  const name = twice === STANDARD ? 'standard output' : escapeText(twice, 500);
  throw new UsageError(`${name} is named twice: each report needs a file of its own`);
}

/**
 * `forkguard report`: reads the ndjson records of a run and writes reports.
 *
 * @returns the exit code
 * @throws UsageError for wrong options, and for a file that cannot be read or written
 */
export function report(argv: readonly string[], io: Io): number {
  const { values, positionals } = parse(argv);
  if (values.help) {
    io.out(HELP);
    return 0;
  }
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new UsageError(`report needs one file, ${positionals.length} are given`);
  const cwd = resolve(values.cwd ?? '.');
  const run = read(file, io);

  const wanted: [string | undefined, () => string][] = [
    [values.html, () => toHtml(run, cwd)],
    [values.sarif, () => toSarif(run, cwd)],
    [values.junit, () => toJunit(run, cwd)],
  ];
  const written = [...wanted.map(([path]) => path), values.github ? STANDARD : undefined];
  refuseTwice(
    file,
    written.flatMap((path) => path ?? []),
  );
  for (const [path, make] of wanted) {
    if (path === undefined) continue;
    try {
      if (path === STANDARD) io.out(make());
      else replaceFile(resolve(path), make());
    } catch (error) {
      throw new UsageError(`cannot write ${escapeText(path, 500)}: ${reasonOf(error)}`);
    }
  }
  if (values.github) {
    const root = process.env.GITHUB_WORKSPACE || cwd;
    for (const hazard of run.hazards) io.out(`${annotation(hazard, root)}\n`);
  } else if (wanted.every(([path]) => path === undefined)) io.out(printed(run, cwd));
  return 0;
}
