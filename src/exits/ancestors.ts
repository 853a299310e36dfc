import fs from 'node:fs';

const { readlinkSync, readFileSync } = fs;

/** Whether the parent of this process, or its parent, runs the same Node: a shell may lie between. */
export function isBelowNode(): boolean {
  return isNode(process.ppid) || isNode(statOf(process.ppid).parent);
}

/** Whether that process runs the same Node as this one. */
export function isNode(pid: number | undefined): boolean {
  try {
    return pid !== undefined && pid > 1 && readlinkSync(`/proc/${pid}/exe`) === process.execPath;
  } catch {
    return false;
  }
}

/** From `/proc/<pid>/stat`, see proc(5); nothing where it cannot be read. */
export function statOf(pid: number | 'self'): { readonly parent?: number; readonly session?: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(parent), session: Number(session) };
  } catch {
    return {};
  }
}
