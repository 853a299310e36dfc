/** What the page shows, computed here, so that the script in the page only draws. */

import type { GapRecord, HazardRecord, SiteRecord } from '../../records';
import { relativePath } from '../../render';
import { isSourceName, sourceExcerpt } from '../../source';
import type { CountedHazard, Run } from '../read';
import { type PageProcess, processes } from './processes';

/** A site as text, with its line of source where the file is still there. */
export interface Place {
  at: string;
  by?: string;
  source?: string;
}

/** The same hazard once more. */
export interface Repeat {
  offset: number;
  pid: number;
  child: string;
  at: string;
  fork: string | null;
}

export interface PageHazard extends Omit<CountedHazard, 'opened' | 'forked' | 'ended' | 'also' | 'waits'> {
  opened: Place | string | null;
  forked: Place | null;
  ended: Place | null;
  /** Milliseconds after the first record. */
  offset: number;
  waits: readonly Edge[];
  also: readonly Repeat[];
}

export interface PageFork {
  id: string;
  offset: number;
  pid: number;
  api: string;
  command: string;
  args: string[];
  primitive: string;
  child: number | null;
  blockedMs: number | null;
  inheritable: number;
  open: number | null;
  threads: number;
  at: string | null;
}

/** One clause of a wait: `from` waits for `to`. */
export interface Edge {
  from: string;
  to: string;
  until: string;
}

export interface ForkCount {
  count: number;
  /** A process that was killed told nothing. */
  atLeast: boolean;
}

export interface PageData {
  /** ISO 8601; empty where no record has a time. */
  start: string;
  /** Milliseconds from the first record to the last; 0 where there is only one moment. */
  length: number;
  /** How many forks there were, recorded or not; null where nothing tells. */
  forkCount: ForkCount | null;
  hazards: PageHazard[];
  forks: PageFork[];
  processes: PageProcess[];
  gaps: (GapRecord & { times: number })[];
  broken: number;
}

function place(site: SiteRecord, cwd: string): Place {
  const { file, line, column } = site;
  const source = isSourceName(file) ? sourceExcerpt({ file, line, column }, 160) : undefined;
  return {
    at: `${relativePath(file, cwd)}:${line}:${column}`,
    ...(site.package === undefined ? {} : { by: site.package }),
    ...(source === undefined ? {} : { source }),
  };
}

/** A stall can go through many processes; more than this many arrows tell nobody anything. */
const MOST_EDGES = 8;

function edgesOf({ waits = [] }: HazardRecord): Edge[] {
  return waits.slice(0, MOST_EDGES).map(({ waiter, on, until }) => ({ from: waiter, to: on, until }));
}

/** Of each process what its summaries say, or its records where it was killed before it wrote one. */
function forkCount(run: Run): ForkCount | null {
  if (run.summaries.length === 0 && run.forks.length === 0) return null;
  const told = new Map<number, number>();
  for (const { pid, forks } of run.summaries) told.set(pid, (told.get(pid) ?? 0) + forks);
  const recorded = new Map<number, number>();
  for (const { pid } of run.forks) recorded.set(pid, (recorded.get(pid) ?? 0) + 1);
  const pids = [...told.keys(), ...recorded.keys(), ...run.hazards.map(({ pid }) => pid)];
  const known = [...new Set(pids)].map((pid) => Math.max(told.get(pid) ?? 0, recorded.get(pid) ?? 0));
  return {
    count: known.reduce((sum, count) => sum + count, 0),
    atLeast: run.forks.length === 0 && run.hazards.some(({ pid }) => !told.has(pid)),
  };
}

export function pageData(run: Run, cwd: string): PageData {
  const times = [...run.forks, ...run.hazards, ...run.hazards.flatMap(({ also }) => also)]
    .map(({ time }) => Date.parse(time))
    .filter((time) => !Number.isNaN(time));
  const start = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const end = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const offset = (time: string): number => Math.max(0, (Date.parse(time) || start) - start);

  const gaps = new Map<string, GapRecord & { times: number }>();
  for (const gap of run.gaps) {
    const key = JSON.stringify([gap.what, gap.why]);
    const known = gaps.get(key);
    if (known) known.times++;
    else gaps.set(key, { ...gap, times: 1 });
  }
  return {
    start: times.length === 0 ? '' : new Date(start).toISOString(),
    length: times.length === 0 ? 0 : end - start,
    forkCount: forkCount(run),
    hazards: run.hazards.map((hazard) => ({
      ...hazard,
      opened:
        hazard.opened === null || typeof hazard.opened === 'string'
          ? hazard.opened
          : place(hazard.opened, cwd),
      forked: hazard.forked && place(hazard.forked, cwd),
      ended: hazard.ended ? place(hazard.ended, cwd) : null,
      offset: offset(hazard.time),
      waits: edgesOf(hazard),
      also: hazard.also.map(({ time, pid, child, forked, fork }) => ({
        offset: offset(time),
        pid,
        child: child ? `${child.command} (${child.pid})` : '',
        at: forked ? `${relativePath(forked.file, cwd)}:${forked.line}:${forked.column}` : '',
        fork,
      })),
    })),
    forks: run.forks.map((fork) => ({
      id: fork.id,
      offset: offset(fork.time),
      pid: fork.pid,
      api: fork.api,
      command: fork.command,
      args: fork.args,
      primitive: fork.primitive,
      child: fork.child?.pid ?? null,
      blockedMs: fork.blockedMs,
      inheritable: fork.descriptors.inheritable,
      open: fork.descriptors.open ?? null,
      threads: fork.threads,
      at: fork.site && place(fork.site, cwd).at,
    })),
    processes: processes(run, offset),
    gaps: [...gaps.values()],
    broken: run.broken,
  };
}
