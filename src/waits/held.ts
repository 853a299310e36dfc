/** Who keeps a pipe open whose maker has gone. */

import type { PipeHolder } from '../facts/stall';
import { otherEnd } from './call-children';
import type { Picture } from './picture';

/** An end of this process: `stdout` on descriptor 21. */
export interface OwnEnd {
  readonly name: string;
  readonly fd: number;
}

/** As people name them: a report must not depend on the order in which descriptors were found. */
const ORDER = ['stdin', 'stdout', 'stderr'];

/** The processes that hold the other ends of pipes of `pid`, each with all it holds. */
export function pipeHolders(
  picture: Picture,
  pid: number,
  ends: readonly OwnEnd[],
  maker?: number,
): PipeHolder[] {
  const found = new Map<number, { pipes: string[]; proof: string[] }>();
  const inOrder = [...ends].sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  for (const { name, fd } of inOrder) {
    const end = picture.descriptor(pid, fd);
    if (!end) continue;
    for (const holder of otherEnd(picture, pid, end)) {
      const target = picture.procfs.link(holder.pid, holder.fd);
      if (target === undefined) continue; // it has just closed it, or ended
      const known = found.get(holder.pid) ?? { pipes: [], proof: [] };
      if (!known.pipes.includes(name)) known.pipes.push(name);
      known.proof.push(
        `/proc/${holder.pid}/fd/${holder.fd} -> ${target}: the other end of ${name} (${end.target} here)`,
      );
      found.set(holder.pid, known);
    }
  }
  return [...found].map(([holder, { pipes, proof }]) => {
    const origin = originOf(picture, holder, pid, maker);
    return { pid: holder, command: picture.command(holder), pipes, proof, ...(origin && { origin }) };
  });
}

/** Its living parent, unless that is the one it was left to. */
function originOf(
  picture: Picture,
  holder: number,
  self: number,
  maker: number | undefined,
): string | undefined {
  const stat = picture.procfs.stat(holder);
  if (!stat) return undefined;
  if (maker !== undefined && (stat.pgrp === maker || stat.session === maker)) return 'started by that child';
  if (stat.ppid > 1 && stat.ppid !== self)
    return `its parent is \`${picture.command(stat.ppid)}\` (pid ${stat.ppid})`;
  return undefined;
}
