/** Reads the records of a whole tree of processes back from an ndjson file. */

import { escapeText } from '../escape';
import type {
  ForkguardRecord,
  ForkRecordLine,
  GapRecord,
  HazardRecord,
  SiteRecord,
  SummaryRecord,
} from '../records';
import { redactText } from '../redact';

/** A hazard, and where else in the tree it was reported. */
export interface CountedHazard extends HazardRecord {
  times: number;
  /** The later reports, as far as they differ; the first of them only. */
  also: Pick<HazardRecord, 'time' | 'pid' | 'child' | 'forked' | 'fork'>[];
}

const ALSO = 50;

export interface Run {
  /** In order of time; the same hazard (by fingerprint) once. */
  hazards: CountedHazard[];
  forks: ForkRecordLine[];
  gaps: GapRecord[];
  summaries: SummaryRecord[];
  /** Lines that are no record, for instance the last line of a process that was killed. */
  broken: number;
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function isSite(value: unknown): value is SiteRecord {
  return isObject(value) && isText(value.file) && isCount(value.line) && isCount(value.column);
}

const isWait = (value: unknown): boolean =>
  isObject(value) && [value.waiter, value.on, value.until].every(isText);

function isHazard(r: Fields): boolean {
  return (
    [r.rule, r.what, r.why, r.help, r.docs, r.fingerprint, r.time].every(isText) &&
    ['error', 'warning', 'info'].includes(r.severity as string) &&
    (r.opened === null || isText(r.opened) || isSite(r.opened)) &&
    (r.forked === null || isSite(r.forked)) &&
    (r.ended === undefined || isSite(r.ended)) &&
    Array.isArray(r.proof) &&
    r.proof.every(isText) &&
    isCount(r.pid) &&
    (r.fork === null || isText(r.fork)) &&
    (r.child === null || (isObject(r.child) && isCount(r.child.pid) && isText(r.child.command))) &&
    (r.waits === undefined || (Array.isArray(r.waits) && r.waits.every(isWait))) &&
    (r.resource === null || (isObject(r.resource) && isText(r.resource.kind) && isText(r.resource.label)))
  );
}

function isFork(r: Fields): boolean {
  return (
    [r.id, r.time, r.api, r.command, r.primitive].every(isText) &&
    isCount(r.pid) &&
    Array.isArray(r.args) &&
    r.args.every(isText) &&
    (r.child === null || (isObject(r.child) && isCount(r.child.pid))) &&
    (r.blockedMs === null || isCount(r.blockedMs)) &&
    isObject(r.descriptors) &&
    isCount(r.descriptors.inheritable) &&
    isCount(r.threads) &&
    (r.site === null || isSite(r.site))
  );
}

function isSummary(r: Fields): boolean {
  return (
    isCount(r.pid) &&
    isCount(r.forks) &&
    isCount(r.gaps) &&
    isObject(r.hazards) &&
    Object.values(r.hazards).every(isCount)
  );
}

const FITS: Readonly<Record<ForkguardRecord['type'], (record: Fields) => boolean>> = {
  hazard: isHazard,
  fork: isFork,
  gap: (r) => isText(r.what) && isText(r.why),
  summary: isSummary,
};

/** Every text of a record without secrets, and with what a terminal or a browser would act on made visible. */
function escaped(value: unknown, depth = 0): unknown {
  if (isText(value)) return escapeText(redactText(value));
  if (depth > 4) return null;
  if (Array.isArray(value)) return value.map((item) => escaped(item, depth + 1));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [escapeText(key, 200), escaped(item, depth + 1)]),
  );
}

/** The record in a line, or undefined: the file may have been written by anybody. */
export function parseRecord(line: string): ForkguardRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value) || !isText(value.type) || !Object.hasOwn(FITS, value.type)) return undefined;
  if (!FITS[value.type as ForkguardRecord['type']](value)) return undefined;
  return escaped(value) as ForkguardRecord;
}

const byTime = (a: { time: string }, b: { time: string }): number =>
  a.time < b.time ? -1 : a.time > b.time ? 1 : 0;

export function readRun(text: string): Run {
  const run: Run = { hazards: [], forks: [], gaps: [], summaries: [], broken: 0 };
  const known = new Map<string, CountedHazard>();
  for (const line of text.replace(/^\uFEFF/, '').split('\n')) {
    if (line.trim() === '') continue;
    const record = parseRecord(line);
    if (record === undefined) run.broken++;
    else if (record.type === 'fork') run.forks.push(record);
    else if (record.type === 'gap') run.gaps.push(record);
    else if (record.type === 'summary') run.summaries.push(record);
    else {
      const first = known.get(record.fingerprint);
      if (first) {
        const { time, pid, child, forked, fork } = record;
        first.times++;
        if (first.also.length < ALSO) first.also.push({ time, pid, child, forked, fork });
      } else {
        const hazard = { ...record, times: 1, also: [] };
        known.set(record.fingerprint, hazard);
        run.hazards.push(hazard);
      }
    }
  }
  run.hazards.sort(byTime);
  run.forks.sort(byTime);
  return run;
}
