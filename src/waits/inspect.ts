/** Who waits on what below a process, seen from outside: nothing is preloaded in it, and it has left no note. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Wait } from '../model';
import { isAlive, type RunCounter } from '../procfs/parse-process';
import type { Procfs } from '../procfs/procfs';
import { buildGraph } from './build-graph';
import { judge, liveNodes, party, type Verdict, type WaitGraph, type WaitNode } from './graph';
import { takePicture } from './picture';
import { processId, type Scene } from './scene';
import { createPeerReader } from './unix-peers';

export interface InspectedWaits {
  /** Who provably does not go on by itself: the process, or some below it. */
  readonly stuck: readonly StuckWaits[];
  /** Every wait of one process for another that was found, also where somebody still goes on. */
  readonly waits: readonly Wait[];
  /** Processes that go on by themselves, and why: what keeps them from being called stuck. */
  readonly goesOn: readonly { readonly label: string; readonly why: string }[];
}

export type StuckWaits = Pick<Verdict, 'grade' | 'cycle' | 'waits' | 'deadlines'>;

/** Between the two pictures, in milliseconds: enough for anybody who runs to be seen to have run. */
const PAUSE_MS = 200;

/** Somebody who polls once a second runs in one picture of five at most. */
const ATTEMPTS = 4;

/** A poll that comes round once a second, as curl's, does so within this time; only who has such a limit waits. */
const ROUND_MS = 1500;

/** Less processor time than this is no work, as in progress.ts: a poll that runs out. */
const TRIFLE_NANOSECONDS = 3_000_000;

/** Looks twice at a process and those below it; a third time where somebody has a limit of its own. */
export async function inspectWaits(pid: number, procfs: Procfs): Promise<InspectedWaits> {
  const scene = { blocked: [], peerOf: createPeerReader() };
  let before = look(pid, procfs, scene);
  let last = before;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await sleep(PAUSE_MS);
    last = look(pid, procfs, scene);
    // nobody is suspected, or two pictures agree
    if (last.still && (last.stuck.length === 0 || agreed(before, last).length > 0)) break;
    before = last;
  }
  let stuck = agreed(before, last);
  if (stuck.some(({ grade }) => grade === 'limited')) {
    before = last;
    await sleep(ROUND_MS);
    last = look(pid, procfs, { ...scene, idled: cameRound(before, procfs) });
    if (last.still) stuck = agreed(before, last);
  }
  const told = new Set(stuck.flatMap(({ path }) => path));
  return {
    stuck: stuck.map(({ grade, cycle, waits, deadlines }) => ({ grade, cycle, waits, deadlines })),
    waits: waitsIn(last.graph),
    goesOn: goesOnIn(last.graph, (id) => told.has(id)),
  };
}

interface Look {
  readonly graph: WaitGraph;
  readonly stuck: readonly Verdict[];
  /** Whether none of those who are taken to be stuck ran meanwhile. */
  readonly still: boolean;
  /** What the main threads of those in the graph had run. */
  readonly counters: ReadonlyMap<number, RunCounter>;
}

function look(pid: number, procfs: Procfs, scene: Omit<Scene, 'picture'>): Look {
  const picture = takePicture(procfs);
  const roots = treeOf(pid, procfs).map(processId);
  const graph = buildGraph({ ...scene, picture }, roots);
  const stuck: Verdict[] = [];
  for (const root of roots) {
    const verdict = judge(graph, root);
    // who stands on the way of one that was told, or only waits for it, is told with it
    const told = stuck.some(({ path }) => path.some((id) => isProcess(id) && verdict?.path.includes(id)));
    if (verdict && !told && !merelySleeps(verdict)) stuck.push(verdict);
  }
  const counters = new Map<number, RunCounter>();
  for (const { kind, pid: seen } of graph.values()) {
    const counter = kind === 'process' && seen !== undefined ? procfs.schedstat(seen, seen) : undefined;
    if (counter) counters.set(seen!, counter);
  }
  // those who are known to go on may do so while one looks
  const live = liveNodes(graph, false);
  const quiet = [...graph.keys()].filter((id) => !live.has(id));
  return { graph, stuck, still: picture.still(quiet), counters };
}

/** Whose own timer ends it, and who waits for nobody else: an idle program is not stuck. */
function merelySleeps({ grade, cycle, waits }: Verdict): boolean {
  return grade === 'limited' && (!cycle || waits.every(({ waiter, on }) => waiter.pid === on.pid));
}

/** Who has ended waits for nothing, although a zombie stays until it is waited for. */
function treeOf(pid: number, procfs: Procfs): number[] {
  const tree = [pid];
  for (let at = 0; at < tree.length && at < 256; at++) tree.push(...(procfs.children(tree[at]!) ?? []));
  return tree.filter((one) => isAlive(procfs.stat(one)));
}

/** What both pictures say. */
function agreed(a: Look, b: Look): readonly Verdict[] {
  if (!a.still || !b.still) return [];
  return b.stuck.filter(({ path }) => a.stuck.some((before) => `${before.path}` === `${path}`));
}

/** Those who woke since and did next to nothing: what they wait for now, after the same look, is the same wait. */
function cameRound({ counters }: Look, procfs: Procfs): Map<number, number> {
  const idled = new Map<number, number>();
  for (const [pid, before] of counters) {
    const now = procfs.schedstat(pid, pid);
    if (!now || now.slices === before.slices) continue;
    if (now.ranNanoseconds - before.ranNanoseconds < TRIFLE_NANOSECONDS) idled.set(pid, ROUND_MS);
  }
  return idled;
}

const isProcess = (id: string) => id.startsWith('process:');

const acts = ({ kind }: WaitNode) => kind === 'thread' || kind === 'process';

/** Joins what lies between two processes into one wait, and says the same of two threads only once. */
function waitsIn(graph: WaitGraph): Wait[] {
  const waits = new Map<string, Wait>();
  for (const waiter of graph.values()) {
    if (waiter.kind !== 'thread') continue;
    follow(graph, waiter, (on, until, proof) => {
      if (!acts(on) || on.pid === waiter.pid || until === undefined) return;
      waits.set(`${waiter.pid} ${on.pid} ${until}`, { waiter: party(waiter), on: party(on), until, proof });
    });
  }
  return [...waits.values()];
}

function goesOnIn(graph: WaitGraph, told: (id: string) => boolean): { label: string; why: string }[] {
  const reasons = new Map<number, { label: string; why: Set<string> }>();
  for (const node of graph.values()) {
    if (!acts(node) || told(node.id)) continue;
    const note = (why: string | undefined) => {
      if (why === undefined) return;
      const known = reasons.get(node.pid!) ?? { label: node.label, why: new Set() };
      reasons.set(node.pid!, { ...known, why: known.why.add(why) });
    };
    note(node.live);
    follow(graph, node, (on) => {
      if (!acts(on)) note(on.live);
    });
  }
  return [...reasons.values()].map(({ label, why }) => ({ label, why: [...why].join('; ') }));
}

/** Visits what a node waits for, through channels, exits and calls, up to the next party that acts. */
function follow(
  graph: WaitGraph,
  from: WaitNode,
  visit: (on: WaitNode, until: string | undefined, proof: readonly string[]) => void,
): void {
  const seen = new Set<string>();
  const step = (node: WaitNode, until: string | undefined, proof: readonly string[]) => {
    for (const edge of node.edges) {
      const on = graph.get(edge.on);
      const told = until ?? edge.until;
      // those who could only end somebody else's wait are no part of the picture
      if (!on || seen.has(on.id) || (node.kind === 'exit' && edge.internal)) continue;
      seen.add(on.id);
      const facts = [...proof, ...(edge.proof ?? [])];
      visit(on, told, facts);
      if (!acts(on)) step(on, told, facts);
    }
  };
  step(from, undefined, from.proof ?? []);
}
