/**
 * Who could still wake whom: an AND/OR graph of waits. Pure.
 *
 * A node is live if it can go on by itself (it runs, sleeps on a timer, waits for something outside, or is not
 * known well enough), or if what it waits for is live: one of its edges where `needs` is 'any', every one where
 * it is 'all'. Liveness is the least fixpoint from the live leaves; what is not live is stuck. Whatever is
 * unknown must be given as live, so that ignorance never becomes a verdict.
 */

import type { Party, Resource, Site, Wait } from '../model';

/** A limit that a wait has of its own: the one who waits gives up, and goes on. */
export interface Deadline {
  readonly who: string;
  /** By what it gives up: "the `timeout` of `execSync` (3.0 s)". */
  readonly what?: string;
  /** Somebody who does something else instead: "opens the named pipe". */
  readonly does?: string;
}

export const inWords = ({ who, what, does }: Deadline) => `${who} ${does ?? `gives up by ${what}`}`;

export interface WaitEdge {
  readonly on: string;
  /** What ends the wait: "to exit". Edges without it only lead on, as from a process to its threads. */
  readonly until?: string;
  /** A wake-up inside one process. Explanations use these last. */
  readonly internal?: boolean;
  readonly site?: Site;
  readonly resource?: Resource;
  readonly proof?: readonly string[];
}

export interface WaitNode extends Party {
  readonly needs: 'any' | 'all';
  readonly edges: readonly WaitEdge[];
  /** Why it goes on by itself. */
  readonly live?: string;
  readonly deadline?: Deadline;
  readonly proof?: readonly string[];
}

export type WaitGraph = ReadonlyMap<string, WaitNode>;

export interface Verdict {
  /** `stuck`: for good. `limited`: until one of the deadlines. */
  readonly grade: 'stuck' | 'limited';
  /** The chain from the asked-for party on: every stretch between two parties that act. */
  readonly waits: readonly Wait[];
  /** Whether the chain comes back to the asked-for party; otherwise it ends where nobody is left. */
  readonly cycle: boolean;
  /** Those who give up, each with its nearest limit, the nearest first. */
  readonly deadlines: readonly Deadline[];
  /** Ids of the nodes on the chain. */
  readonly path: readonly string[];
}

/**
 * The ids of the nodes that are live. With `deadlines`, a node that has one is live; `dead` names nodes that are
 * taken to do nothing, for "if this process never reads that pipe".
 */
export function liveNodes(
  graph: WaitGraph,
  deadlines: boolean,
  dead: ReadonlySet<string> = new Set(),
): Set<string> {
  const live = new Set<string>();
  const waiters = new Map<string, string[]>();
  const missing = new Map<string, number>();
  const queue: string[] = [];
  const revive = (id: string) => {
    if (live.has(id) || dead.has(id)) return;
    live.add(id);
    queue.push(id);
  };
  for (const [id, node] of graph) {
    missing.set(id, new Set(node.edges.map((edge) => edge.on)).size);
    for (const edge of node.edges) {
      // an edge to a node that nobody described leads into the unknown
      if (!graph.has(edge.on)) revive(edge.on);
      const list = waiters.get(edge.on);
      if (!list) waiters.set(edge.on, [id]);
      else if (list[list.length - 1] !== id) list.push(id);
    }
    if (node.live !== undefined || (deadlines && node.deadline)) revive(id);
    else if (node.needs === 'all' && node.edges.length === 0) revive(id);
  }
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const waiter of new Set(waiters.get(id))) {
      const left = missing.get(waiter)! - 1;
      missing.set(waiter, left);
      if (graph.get(waiter)!.needs === 'any' || left === 0) revive(waiter);
    }
  }
  return live;
}

/** Whether a party is provably stuck, and how that can be told; undefined where it may go on by itself. */
export function judge(graph: WaitGraph, root: string, dead?: ReadonlySet<string>): Verdict | undefined {
  if (!graph.has(root)) return undefined;
  const live = liveNodes(graph, false, dead);
  if (live.has(root)) return undefined;
  const limited = liveNodes(graph, true, dead).has(root);
  const path = chain(graph, root, (id) => !live.has(id), dead ?? new Set());
  return {
    grade: limited ? 'limited' : 'stuck',
    waits: stretches(graph, path),
    cycle: path.length > 1 && path[path.length - 1] === root,
    deadlines: limited ? deadlinesFrom(graph, root, path, live) : [],
    path,
  };
}

/** What a step within one process costs an explanation, where one between processes costs 1. */
const INTERNAL = 100;

/** The cheapest way from the root back to itself; else to a dead end; else into any circle. */
function chain(
  graph: WaitGraph,
  root: string,
  stuck: (id: string) => boolean,
  dead: ReadonlySet<string>,
): string[] {
  const cost = new Map<string, number>([[root, 0]]);
  const from = new Map<string, string>();
  const open = new Set([root]);
  let home: { id: string; cost: number } | undefined;
  const ends: string[] = [];
  while (open.size > 0) {
    let id = '';
    for (const candidate of open) if (id === '' || cost.get(candidate)! < cost.get(id)!) id = candidate;
    open.delete(id);
    const edges = dead.has(id) ? [] : graph.get(id)!.edges.filter((edge) => stuck(edge.on));
    if (edges.length === 0) ends.push(id);
    for (const edge of edges) {
      const total = cost.get(id)! + (edge.internal ? INTERNAL : 1);
      if (edge.on === root) {
        if (!home || total < home.cost) home = { id, cost: total };
      } else if (total < (cost.get(edge.on) ?? Number.POSITIVE_INFINITY)) {
        cost.set(edge.on, total);
        from.set(edge.on, id);
        open.add(edge.on);
      }
    }
  }
  const wayTo = (id: string) => {
    const way = [id];
    for (let at = from.get(id); at !== undefined; at = from.get(at)) way.unshift(at);
    return way;
  };
  if (home && home.cost < INTERNAL) return [...wayTo(home.id), root];
  const end = ends.find((id) => cost.get(id)! < INTERNAL);
  if (end !== undefined) return wayTo(end);
  return home ? [...wayTo(home.id), root] : circle(graph, root, stuck);
}

/** Follows the cheapest edges until a node comes up again, or none is left. */
function circle(graph: WaitGraph, root: string, stuck: (id: string) => boolean): string[] {
  const path = [root];
  for (;;) {
    const edges = graph.get(path[path.length - 1]!)!.edges.filter((edge) => stuck(edge.on));
    const next =
      edges.find((edge) => !edge.internal && !path.includes(edge.on)) ?? edges.find((e) => !e.internal);
    const id = (next ?? edges.find((edge) => !path.includes(edge.on)) ?? edges[0])?.on;
    if (id === undefined) return path;
    const seen = path.includes(id);
    path.push(id);
    if (seen) return path;
  }
}

/** Without the edges that a node of the graph has. */
export const party = ({ id, kind, label, pid, tid }: Party): Party => ({
  id,
  kind,
  label,
  ...(pid !== undefined && { pid }),
  ...(tid !== undefined && { tid }),
});

const acts = (node: WaitNode) => node.kind === 'thread' || node.kind === 'process';

/** Joins what lies between two parties that act into one wait: channels, calls and exits are only the way. */
function stretches(graph: WaitGraph, path: readonly string[]): Wait[] {
  const waits: Wait[] = [];
  let waiter: WaitNode | undefined;
  let edges: WaitEdge[] = [];
  let proof: string[] = [];
  let last: WaitNode | undefined;
  const close = (on: WaitNode) => {
    const told = edges.find((edge) => edge.until !== undefined);
    // from a process to its own thread nobody waits
    if (!waiter || !told) return;
    const site = edges.find((edge) => edge.site)?.site;
    const resource = edges.find((edge) => edge.resource)?.resource;
    waits.push({
      waiter: party(waiter),
      on: party(on),
      until: told.until!,
      ...(site && { site }),
      ...(resource && { resource }),
      proof: [...new Set(proof)],
    });
  };
  path.forEach((id, index) => {
    const node = graph.get(id)!;
    last = node;
    if (acts(node)) {
      // the thread of a process that is next on the path has the better name
      const next = graph.get(path[index + 1] ?? '');
      const named = node.kind === 'process' && next?.kind === 'thread' && next.label !== node.label;
      close(named && next.pid === node.pid && next.id !== waiter?.id ? next : node);
      if (edges.length === 0 || edges.some((edge) => edge.until !== undefined) || !waiter) waiter = node;
      edges = [];
      proof = [];
    }
    proof.push(...(node.proof ?? []));
    const edge = node.edges.find((candidate) => candidate.on === path[index + 1]);
    if (edge) {
      edges.push(edge);
      proof.push(...(edge.proof ?? []));
    }
  });
  if (last && !acts(last)) close(last);
  // what the last one sleeps on, where nobody comes after it
  const end = waits.pop();
  return end ? [...waits, { ...end, proof: [...new Set([...end.proof, ...proof])] }] : waits;
}

function deadlinesFrom(
  graph: WaitGraph,
  root: string,
  path: readonly string[],
  live: ReadonlySet<string>,
): Deadline[] {
  const reached = new Set([...path, root]);
  for (const id of reached) {
    for (const edge of graph.get(id)?.edges ?? []) if (!live.has(edge.on)) reached.add(edge.on);
  }
  const found: Deadline[] = [];
  for (const id of reached) {
    const deadline = graph.get(id)?.deadline;
    if (deadline && !found.some(({ who }) => who === deadline.who)) found.push(deadline);
  }
  return found;
}
