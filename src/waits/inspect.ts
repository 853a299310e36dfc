/** Who waits for whom in the tree of a process that is looked at from outside, with nothing preloaded in it. */

import type { Procfs } from '../procfs/procfs';
import { judge, type Verdict, type WaitGraph, type WaitNode } from './graph';
import { buildGraph, processId } from './observe';
import { takePicture } from './picture';

export interface InspectedWaits {
  /** What each process of the tree sleeps in, in words. */
  readonly waits: readonly {
    readonly pid: number;
    readonly label: string;
    readonly words: readonly string[];
  }[];
  /** What is proven stuck; undefined where the tree did not hold still for two pictures. */
  readonly stuck: readonly Verdict[] | undefined;
}

const ATTEMPTS = 5;
const PAUSE_MS = 100;

export function inspectWaits(pid: number, procfs: Procfs): InspectedWaits {
  let before: string | undefined;
  let last: InspectedWaits = { waits: [], stuck: undefined };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) pause();
    const { still, ...seen } = look(pid, procfs);
    last = { waits: seen.waits, stuck: undefined };
    const key = JSON.stringify(seen.stuck.map(({ path, grade }) => [path, grade]));
    if (still && key === before) return seen;
    before = still ? key : undefined;
  }
  return last;
}

function look(
  pid: number,
  procfs: Procfs,
): { waits: InspectedWaits['waits']; stuck: readonly Verdict[]; still: boolean } {
  const picture = takePicture(procfs);
  const pids = treeOf(pid, procfs);
  const graph = buildGraph({ picture, blocked: [] }, pids.map(processId));
  const stuck: Verdict[] = [];
  for (const one of pids) {
    // a process on the way of one that was told is told with it
    if (stuck.some(({ path }) => path.includes(processId(one)))) continue;
    const verdict = judge(graph, processId(one));
    if (verdict) stuck.push(verdict);
  }
  const waits = pids.map((one) => {
    const node = graph.get(processId(one));
    return { pid: one, label: node?.label ?? `pid ${one}`, words: node ? wordsOf(graph, node) : [] };
  });
  const concerned = stuck.flatMap(({ path }) => path);
  return { waits, stuck, still: picture.still(stuck.length > 0 ? graph.keys() : concerned) };
}

function treeOf(pid: number, procfs: Procfs): number[] {
  const tree = [pid];
  for (let at = 0; at < tree.length && at < 256; at++) tree.push(...(procfs.children(tree[at]!) ?? []));
  return tree;
}

/** The waits that lead out of a process, or why it goes on by itself. */
function wordsOf(graph: WaitGraph, root: WaitNode): string[] {
  const words = new Set<string>();
  const seen = new Set([root.id]);
  const visit = (node: WaitNode) => {
    if (node.live !== undefined && node.pid === root.pid) words.add(node.live);
    for (const edge of node.edges) {
      const on = graph.get(edge.on);
      if (!on || edge.internal) continue;
      if (edge.until) words.add(`waits for ${on.label.replace(/^the exit of /, '')} ${edge.until}`);
      else if (!seen.has(on.id)) {
        seen.add(on.id);
        visit(on);
      }
    }
  };
  visit(root);
  return [...words];
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
