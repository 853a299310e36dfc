/** A hazard as labelled lines, and as the records that other programs read. Knows no colour and no device. */

import { relative, sep } from 'node:path';
import { escapeText } from './escape';
import type { ForkRecord, Frame, Gap, Hazard, Severity, Site, Summary, Wait } from './model';
import type {
  ForkRecordLine,
  GapRecord,
  HazardRecord,
  SiteRecord,
  SummaryRecord,
  WaitRecord,
} from './records';
import { framePath, sourceExcerpt } from './source';
import { decorate, wrap } from './wrap';

/** How each part is decorated. Each function may add to its text what takes no room on the line. */
export interface Style {
  readonly severity: Readonly<Record<Severity, (text: string) => string>>;
  readonly what: (text: string) => string;
  readonly label: (text: string) => string;
  readonly place: (text: string) => string;
  readonly source: (text: string) => string;
  /** What stands in backticks, the backticks included. */
  readonly code: (text: string) => string;
  readonly proof: (text: string) => string;
}

const same = (text: string): string => text;

export const PLAIN: Style = {
  severity: { error: same, warning: same, info: same },
  what: same,
  label: same,
  place: same,
  source: same,
  code: same,
  proof: same,
};

export interface RenderOptions {
  /** Paths are shown relative to it. */
  readonly cwd: string;
  /** Columns; nothing but a single long word is wider. */
  readonly width: number;
  readonly style?: Style;
  /** Whether to show the line of source at a site in this file (default: always). */
  readonly source?: (file: string) => boolean;
  /** What and where only: for what is worth knowing, but harms nobody yet. */
  readonly brief?: boolean;
}

const INDENT = 10;
const SOURCE_INDENT = 12;
/** A longer line of prose is hard to read, however wide the window is. */
const PROSE_WIDTH = 104;

/** The path as a person in `cwd` would type it, or the whole path where that would climb out of `cwd`. */
export function relativePath(file: string, cwd: string): string {
  const path = framePath(file);
  if (!path.startsWith(sep) && !/^[A-Za-z]:[\\/]/.test(path)) return path;
  const short = relative(cwd, path);
  return short === '' || short === '..' || short.startsWith(`..${sep}`) ? path : short;
}

/** The frame that the reader can change: the innermost of the program's own code, else the innermost. */
function ownFrame(site: Site | undefined): Frame | undefined {
  return site?.frames.find((frame) => frame.package === undefined) ?? site?.frames[0];
}

function actingPackage(site: Site): string | undefined {
  return site.frames[0]?.package;
}

/** The hazard in fixed labels and fixed order, without a line break at the end. */
export function renderHazard(hazard: Hazard, options: RenderOptions): string {
  const { cwd, width } = options;
  const style = options.style ?? PLAIN;
  const room = Math.max(20, Math.min(width, PROSE_WIDTH) - INDENT);
  const lines: string[] = [];

  const labelled = (label: string): string =>
    `  ${style.label(label)}${' '.repeat(INDENT - 2 - label.length)}`;

  const block = (label: string, text: string, decoration: (text: string) => string = same): void => {
    decorate(wrap(escapeText(text), room), style.code, decoration).forEach((line, index) => {
      lines.push((index === 0 ? labelled(label) : ' '.repeat(INDENT)) + line);
    });
  };

  const site = (label: string, place: Site): void => {
    const frame = ownFrame(place);
    if (frame === undefined) return;
    const by = actingPackage(place);
    const at = `${relativePath(frame.file, cwd)}:${frame.line}:${frame.column}`;
    const inPackage =
      by === undefined
        ? ''
        : frame.package === undefined
          ? ` through package \`${by}\``
          : ` in package \`${by}\``;
    lines.push(labelled(label) + style.place(escapeText(at)) + escapeText(inPackage));
    const source =
      options.source?.(frame.file) === false || options.brief
        ? undefined
        : sourceExcerpt(frame, Math.min(width, PROSE_WIDTH) - SOURCE_INDENT);
    if (source !== undefined) lines.push(' '.repeat(SOURCE_INDENT) + style.source(source));
  };

  const head = `${hazard.severity}[${escapeText(hazard.rule, 100)}]`;
  const title = wrap(`${head} ${escapeText(hazard.what)}`, Math.max(20, Math.min(width, PROSE_WIDTH)) - 2);
  title.forEach((line, index) => {
    if (index > 0) lines.push(`    ${style.what(line)}`);
    else lines.push(style.severity[hazard.severity](head) + style.what(line.slice(head.length)));
  });

  if (typeof hazard.opened === 'string') block('opened', hazard.opened);
  else if (hazard.opened) site('opened', hazard.opened);
  if (hazard.forked) site('forked', hazard.forked);
  if (hazard.ended) site('ended', hazard.ended);
  if (options.brief) return lines.join('\n');
  block('why', hazard.why);
  block('help', hazard.help);
  hazard.proof.forEach((fact, index) => {
    // a fact's later lines hang, so that one sees where the next fact begins
    wrap(escapeText(fact), room - 2).forEach((line, part) => {
      const start = part > 0 ? ' '.repeat(INDENT + 2) : index > 0 ? ' '.repeat(INDENT) : labelled('proof');
      lines.push(start + style.proof(line));
    });
  });
  block('docs', hazard.docs, style.place);
  return lines.join('\n');
}

function iso(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}

const PATH_LIMIT = 4096;

export function siteRecord(site: Site | undefined): SiteRecord | null {
  const frame = ownFrame(site);
  if (site === undefined || frame === undefined) return null;
  const by = actingPackage(site);
  return {
    file: escapeText(framePath(frame.file), PATH_LIMIT),
    line: frame.line,
    column: frame.column,
    function: frame.function === undefined ? null : escapeText(frame.function, 200),
    ...(by === undefined ? {} : { package: escapeText(by, 200) }),
  };
}

/** The site at which a reader would begin: where the fork was, else where the thing was opened, or the end. */
export function mainSite({ forked, opened, ended }: HazardRecord): SiteRecord | undefined {
  return forked ?? (typeof opened === 'object' ? opened : null) ?? ended;
}

export function hazardRecord(hazard: Hazard): HazardRecord {
  const { opened, child, resource } = hazard;
  const ended = siteRecord(hazard.ended);
  return {
    type: 'hazard',
    rule: hazard.rule,
    severity: hazard.severity,
    what: escapeText(hazard.what),
    opened: typeof opened === 'string' ? escapeText(opened) : siteRecord(opened),
    forked: siteRecord(hazard.forked),
    ...(ended && { ended }),
    why: escapeText(hazard.why),
    help: escapeText(hazard.help),
    proof: hazard.proof.map((line) => escapeText(line)),
    docs: escapeText(hazard.docs),
    fingerprint: hazard.fingerprint,
    time: iso(hazard.time),
    pid: hazard.pid,
    threadId: hazard.threadId,
    fork: hazard.fork ?? null,
    // one that could not be made has a command, by which it can be allowed, and no pid
    child: !child?.pid ? null : { pid: child.pid, command: escapeText(child.command) },
    resource:
      resource === undefined
        ? null
        : {
            id: resource.id,
            kind: resource.kind,
            label: escapeText(resource.label),
            fd: resource.fd ?? null,
            threadId: resource.threadId,
          },
    ...(hazard.waits === undefined ? {} : { waits: hazard.waits.map(waitRecord) }),
  };
}

function waitRecord({ waiter, on, until }: Wait): WaitRecord {
  return { waiter: escapeText(waiter.label), on: escapeText(on.label), until: escapeText(until) };
}

export function forkRecord(record: ForkRecord): ForkRecordLine {
  const { fork } = record;
  return {
    type: 'fork',
    id: fork.id,
    time: iso(fork.time),
    pid: record.pid,
    threadId: fork.threadId,
    api: fork.api,
    command: escapeText(fork.command),
    args: fork.args.map((argument) => escapeText(argument, 1000)),
    primitive: fork.primitive,
    child: fork.child === undefined ? null : { pid: fork.child.pid },
    blockedMs: fork.blockedMs === undefined ? null : Math.round(fork.blockedMs * 1000) / 1000,
    descriptors: { ...record.descriptors },
    threads: record.threads,
    site: siteRecord(fork.forked),
  };
}

export function gapRecord(gap: Gap): GapRecord {
  return { type: 'gap', what: escapeText(gap.what), why: escapeText(gap.why) };
}

export function summaryRecord(summary: Summary): SummaryRecord {
  const { pid, forks, hazards, gaps } = summary;
  return { type: 'summary', pid, forks, hazards: { ...hazards }, gaps };
}
