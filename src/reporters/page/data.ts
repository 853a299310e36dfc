/** What the page shows, computed here, so that the script in the page only draws. */

import type { GapRecord, HazardRecord, SiteRecord } from '../../records';
import { relativePath } from '../../render';
import { isSourceName, sourceExcerpt } from '../../source';
import type { CountedHazard, Run } from '../read';

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
  /** Milliseconds after the start of the run. */
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

export interface PageProcess {
  pid: number;
  parent: number | null;
  command: string;
  /** Milliseconds after the start of the run. */
  start: number;
  /** When it was last seen to do something itself. Its end is in no record. */
  last: number;
  depth: number;
}

/** One clause of a wait: `from` waits for `to`. */
export interface Edge {
  from: string;
  to: string;
  until: string;
}

export interface PageData {
  /** ISO 8601; empty where no record has a time. */
  start: string;
  /** Milliseconds from the first record to the last. */
  length: number;
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

function processes(run: Run, offset: (time: string) => number): PageProcess[] {
  const found = new Map<number, PageProcess>();
  const seen = (pid: number, time = 0): PageProcess => {
    let process = found.get(pid);
    if (!process) {
      process = { pid, parent: null, command: '', start: 0, last: 0, depth: 0 };
      found.set(pid, process);
    }
    process.last = Math.max(process.last, time);
    return process;
  };
  const born = (parent: number, { pid, command }: { pid: number; command: string }, time: number): void => {
    if (pid !== parent) Object.assign(seen(pid, time), { parent, command, start: time });
  };
  for (const fork of run.forks) {
    seen(fork.pid, offset(fork.time));
    if (fork.child) born(fork.pid, { pid: fork.child.pid, command: fork.command }, offset(fork.time));
  }
  for (const hazard of run.hazards) {
    seen(hazard.pid, offset(hazard.time));
    if (!hazard.child || found.has(hazard.child.pid)) continue;
    // the record of a fork that blocks has no child: it was made when the call had ended
    const fork = run.forks.find(({ id }) => id === hazard.fork);
    born(hazard.pid, hazard.child, offset((fork ?? hazard).time));
    seen(hazard.child.pid, offset(hazard.time));
  }
  for (const summary of run.summaries) seen(summary.pid);

  // parents before children, children by time; a number used twice must not make a loop
  const children = new Map<number, PageProcess[]>();
  const roots: PageProcess[] = [];
  for (const process of found.values()) {
    const { parent } = process;
    if (parent === null) roots.push(process);
    else if (children.get(parent)?.push(process) === undefined) children.set(parent, [process]);
  }
  const ordered: PageProcess[] = [];
  const visit = (process: PageProcess, depth: number): void => {
    if (!found.delete(process.pid)) return;
    ordered.push({ ...process, depth });
    const own = (children.get(process.pid) ?? []).sort((a, b) => a.start - b.start);
    if (depth < 50) for (const child of own) visit(child, depth + 1);
  };
  for (const process of [...roots, ...found.values()]) visit(process, 0);
  return ordered;
}

export function pageData(run: Run, cwd: string): PageData {
  const times = [...run.forks, ...run.hazards]
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
