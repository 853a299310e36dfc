import type { Run } from '../read';

export interface PageProcess {
  pid: number;
  parent: number | null;
  command: string;
  /** Whether the record of its fork tells when it began; otherwise `first` is only when it was first seen. */
  born: boolean;
  /** Milliseconds after the first record; null where no record of it has a time. */
  first: number | null;
  /** When it was last seen to do something itself. Its end is in no record. */
  last: number | null;
  depth: number;
}

type Child = { pid: number; command: string };

function found(run: Run, offset: (time: string) => number): Map<number, PageProcess> {
  const all = new Map<number, PageProcess>();
  const seen = (pid: number, time?: number): PageProcess => {
    let process = all.get(pid);
    if (!process) {
      process = { pid, parent: null, command: '', born: false, first: null, last: null, depth: 0 };
      all.set(pid, process);
    }
    if (time !== undefined) {
      process.first = Math.min(process.first ?? time, time);
      process.last = Math.max(process.last ?? time, time);
    }
    return process;
  };
  const child = (parent: number, { pid, command }: Child, time: number, born: boolean): void => {
    if (pid !== parent) Object.assign(seen(pid, time), { parent, command, born });
  };
  for (const fork of run.forks) {
    const time = offset(fork.time);
    seen(fork.pid, time);
    if (fork.child) child(fork.pid, { pid: fork.child.pid, command: fork.command }, time, true);
  }
  const forks = new Map(run.forks.map((fork) => [fork.id, fork]));
  for (const hazard of run.hazards.flatMap((one) => [one, ...one.also])) {
    const time = offset(hazard.time);
    seen(hazard.pid, time);
    if (!hazard.child || all.has(hazard.child.pid)) continue;
    const fork = hazard.fork === null ? undefined : forks.get(hazard.fork);
    // the record of a fork that blocks may have no child; one with another child made the maker of this one
    const isOwn = fork?.child === null;
    child(hazard.pid, hazard.child, fork && isOwn ? offset(fork.time) : time, isOwn);
    seen(hazard.child.pid, time);
  }
  for (const summary of run.summaries) seen(summary.pid);
  return all;
}

/** Parents before children, children by time. */
export function processes(run: Run, offset: (time: string) => number): PageProcess[] {
  const left = found(run, offset);
  const children = new Map<number, PageProcess[]>();
  const roots: PageProcess[] = [];
  for (const process of left.values()) {
    const { parent } = process;
    if (parent === null) roots.push(process);
    else if (children.get(parent)?.push(process) === undefined) children.set(parent, [process]);
  }
  const ordered: PageProcess[] = [];
  const visit = (process: PageProcess, depth: number): void => {
    // a number used twice must not make a loop
    if (!left.delete(process.pid)) return;
    ordered.push({ ...process, depth });
    const own = (children.get(process.pid) ?? []).sort((a, b) => (a.first ?? 0) - (b.first ?? 0));
    if (depth < 50) for (const child of own) visit(child, depth + 1);
  };
  for (const process of [...roots, ...left.values()]) visit(process, 0);
  return ordered;
}
