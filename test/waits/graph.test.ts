import fc from 'fast-check';
import { judge, liveNodes, type WaitEdge, type WaitGraph, type WaitNode } from '../../src/waits/graph';

type Part = Partial<Omit<WaitNode, 'edges'>> & { edges?: readonly (string | WaitEdge)[] };

/** A graph from its nodes: `{ main: ['call'] }`, or with more about a node. */
function graphOf(parts: Record<string, readonly string[] | Part>): WaitGraph {
  return new Map(
    Object.entries(parts).map(([id, given]) => {
      const part: Part = Array.isArray(given) ? { edges: given } : (given as Part);
      const edges = (part.edges ?? []).map((edge) => (typeof edge === 'string' ? { on: edge } : edge));
      const node = { id, kind: 'thread', label: id, needs: 'any', ...part, edges } as WaitNode;
      return [id, node];
    }),
  );
}

const CYCLE = {
  main: { edges: [{ on: 'call' }] },
  call: { kind: 'call', needs: 'all', edges: [{ on: 'exit', until: 'to exit' }] },
  exit: { kind: 'exit', edges: ['curl'] },
  curl: { kind: 'process', pid: 7, edges: ['thread'] },
  thread: { label: 'curl', pid: 7, edges: [{ on: 'socket' }], proof: ['wchan'] },
  socket: {
    kind: 'channel',
    edges: [{ on: 'main', until: 'to accept its connection', proof: ['not accepted'] }],
  },
} as const;

describe('liveness', () => {
  it('is nowhere in a circle without a live leaf', () => {
    expect([...liveNodes(graphOf(CYCLE), false)]).toEqual([]);
  });

  it('comes to those that wait for any from one, to those that wait for all only from all', () => {
    const graph = graphOf({
      any: ['stuck', 'runs'],
      all: { needs: 'all', edges: ['stuck', 'runs'] },
      stuck: ['stuck'],
      runs: { live: 'it runs' },
    });
    expect([...liveNodes(graph, false)].sort()).toEqual(['any', 'runs']);
  });

  it('is assumed of whatever nobody described', () => {
    expect(judge(graphOf({ main: ['unknown'] }), 'main')).toBeUndefined();
  });

  it('counts an edge that stands twice once', () => {
    const graph = graphOf({
      all: { needs: 'all', edges: ['runs', 'runs', 'stuck'] },
      runs: { live: 'it runs' },
      stuck: ['stuck'],
    });
    expect(liveNodes(graph, false).has('all')).toBe(false);
  });

  it('is given to one that waits for all of nothing, and not to one that waits for any of nothing', () => {
    const live = liveNodes(graphOf({ all: { needs: 'all' }, any: {} }), false);
    expect([...live]).toEqual(['all']);
  });

  it('does not grow when a node is taken to be dead, or loses its deadline', () => {
    const node = fc.record({
      needs: fc.constantFrom('any' as const, 'all' as const),
      edges: fc.array(fc.integer({ min: 0, max: 9 }).map(String), { maxLength: 4 }),
      live: fc.option(fc.constant('runs'), { nil: undefined, freq: 6 }),
      deadline: fc.option(fc.constant({ who: 'it', what: 'a limit' }), { nil: undefined, freq: 4 }),
    });
    fc.assert(
      fc.property(
        fc.array(node, { minLength: 10, maxLength: 10 }),
        fc.integer({ min: 0, max: 9 }),
        (nodes, dead) => {
          const parts = nodes.map(({ live, deadline, ...rest }, id) => {
            return [String(id), { ...rest, ...(live && { live }), ...(deadline && { deadline }) }] as const;
          });
          const graph = graphOf(Object.fromEntries(parts));
          const all = liveNodes(graph, true);
          for (const fewer of [liveNodes(graph, false), liveNodes(graph, true, new Set([String(dead)]))]) {
            for (const id of fewer) expect(all.has(id)).toBe(true);
          }
          // every verdict can be told: its way leads along edges that exist, through nodes that are not live
          for (const id of graph.keys()) {
            const verdict = judge(graph, id);
            if (!verdict) continue;
            expect(verdict.path[0]).toBe(id);
            verdict.path.slice(1).forEach((next, at) => {
              expect(graph.get(verdict.path[at]!)!.edges.map(({ on }) => on)).toContain(next);
            });
            for (const step of verdict.path) expect(liveNodes(graph, false).has(step)).toBe(false);
          }
        },
      ),
    );
  });
});

describe('a verdict', () => {
  it('tells the circle in stretches between those that act', () => {
    const verdict = judge(graphOf(CYCLE), 'main')!;
    expect(verdict).toMatchObject({ grade: 'stuck', cycle: true, deadlines: [] });
    expect(verdict.waits.map(({ waiter, on, until }) => [waiter.id, on.id, until])).toEqual([
      ['main', 'curl', 'to exit'],
      ['curl', 'main', 'to accept its connection'],
    ]);
    expect(verdict.waits[1]!.proof).toEqual(['wchan', 'not accepted']);
  });

  it('names the thread of a process that has a name of its own, and keeps the proof of who comes last', () => {
    const self = { kind: 'process', label: 'another thread', pid: 1, edges: ['main'] } as const;
    const main = { label: 'the main thread', pid: 1, edges: [{ on: 'child', until: 'to exit' }] };
    const child = { edges: [{ on: 'self', until: 'to answer' }] };
    const { waits, cycle } = judge(graphOf({ main, child, self }), 'main')!;
    expect([cycle, ...waits.map(({ on }) => on.label)]).toEqual([true, 'child', 'the main thread']);
    const stuck = { kind: 'process', proof: ['a lock'], edges: [] } as const;
    const last = judge(graphOf({ main, child: stuck }), 'main')!;
    expect([last.cycle, last.waits[0]?.proof]).toEqual([false, ['a lock']]);
  });

  it('is limited where somebody gives up, and names who', () => {
    const deadline = { who: 'main', what: 'its timeout' };
    const verdict = judge(graphOf({ ...CYCLE, call: { ...CYCLE.call, deadline } }), 'main');
    expect(verdict).toMatchObject({ grade: 'limited', deadlines: [deadline] });
  });

  it('ends at the one whom nobody can wake', () => {
    const verdict = judge(
      graphOf({ main: { edges: [{ on: 'lock', until: 'to release' }] }, lock: { kind: 'process' } }),
      'main',
    );
    expect(verdict).toMatchObject({ cycle: false, path: ['main', 'lock'] });
  });

  it('finds a circle that the asked-for party only leads into', () => {
    const a = { edges: [{ on: 'b', until: 'to release a' }] };
    const b = { edges: [{ on: 'a', until: 'to release b' }] };
    const verdict = judge(graphOf({ main: { edges: [{ on: 'a', until: 'to exit' }] }, a, b }), 'main')!;
    expect(verdict.cycle).toBe(false);
    expect(verdict.waits.map(({ until }) => until)).toEqual(['to exit', 'to release a', 'to release b']);
  });

  it('prefers what lies between processes to what happens within one', () => {
    const verdict = judge(
      graphOf({
        main: {
          edges: [
            { on: 'pool', internal: true, until: 'to wake it' },
            { on: 'child', until: 'to exit' },
          ],
        },
        pool: ['main'],
        child: [{ on: 'main', until: 'to answer' }] as never,
      }),
      'main',
    );
    expect(verdict?.path).toEqual(['main', 'child', 'main']);
  });

  it('is none where a hypothesis does not concern it', () => {
    const graph = graphOf({
      child: ['read', 'timer'],
      read: ['main'],
      timer: { live: 'a timer' },
      main: { live: 'runs' },
    });
    expect(judge(graph, 'child', new Set(['read']))).toBeUndefined();
    const without = graphOf({
      child: ['read'],
      read: { kind: 'channel', edges: ['main'] },
      main: { live: 'runs' },
    });
    expect(judge(without, 'child')).toBeUndefined();
    expect(judge(without, 'child', new Set(['read']))).toMatchObject({ path: ['child', 'read'] });
  });
});
