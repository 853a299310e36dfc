/** What a thread waits for when it waits on a descriptor: the ones at the other end. */

import type { SocketFacts } from '../model';
import type { RawDescriptor } from '../procfs/procfs';
import { asks } from './asks';
import { catchesChildSignal, childrenOf, exitsOf } from './child-exits';
import { hasEmptyChannel, isHeldForWorkers, plainAddress as plain, reachesListener } from './cluster';
import type { WaitEdge, WaitNode } from './graph';
import type { Holder } from './holders';
import type { Scene } from './scene';
import { serversOf } from './servers';
import { pairedInode } from './unix-peers';

export interface ChannelWays {
  readonly scene: Scene;
  epollEdges(pid: number, set: RawDescriptor | undefined): readonly WaitEdge[];
}

type Direction = 'read' | 'write';

/** `read:pipe:[12]`, `write:socket:[34]`: the wait on one end, whoever has it. */
export const channelId = (direction: Direction, target: string) => `${direction}:${target}`;

export function channelNode(ways: ChannelWays, pid: number, fd: number, direction: Direction): WaitNode {
  const { picture } = ways.scene;
  const end = picture.descriptor(pid, fd);
  // what many files share a name for (eventfds) is told apart by its holder
  const shared = end && (end.kind === 'pipe' || end.kind === 'socket');
  const id = channelId(direction, shared ? end.target : `${pid}/${fd}`);
  const label = `descriptor ${fd} of ${picture.command(pid)}`;
  const base = { id, kind: 'channel', label, pid, needs: 'any' } as const;
  const live = (why: string): WaitNode => ({ ...base, edges: [], live: why });
  if (!end) return live('the descriptor cannot be read');
  if (end.kind === 'pipe') return { ...base, ...pipe(ways, pid, end, direction) };
  if (end.kind === 'socket') return { ...base, ...socket(ways, pid, fd, end, direction) };
  if (end.kind === 'pty') return live('a terminal');
  if (end.kind !== 'anonymous') return live('a file or device');
  const own: WaitEdge = { on: `process:${pid}`, internal: true, until: 'to wake it' };
  switch (end.target) {
    case 'anon_inode:[eventfd]':
      return { ...base, edges: [own] };
    case 'anon_inode:[eventpoll]':
      return { ...base, edges: ways.epollEdges(pid, end) };
    case 'anon_inode:[timerfd]':
      return end.timerNanoseconds === 0 ? { ...base, edges: [own] } : live('a timer');
    case 'anon_inode:[signalfd]':
      return { ...base, edges: [own, ...exitsOf(childrenOf(picture, pid))] };
    case 'anon_inode:[pidfd]':
      if (end.watchedPid === undefined || end.watchedPid < 0) return live('a process that is gone');
      return { ...base, edges: [{ on: `exit:${end.watchedPid}`, until: 'to exit' }] };
    default:
      return live(end.target);
  }
}

type Waiting = Pick<WaitNode, 'edges' | 'live' | 'deadline' | 'proof'>;

/** Holders outside that cannot be read leave a pipe unknown. */
function hidden({ scene }: ChannelWays, pid: number): boolean {
  const stat = scene.picture.process(pid)?.stat;
  return stat === undefined || scene.picture.holders.hidden(stat.session, stat.startTime).length > 0;
}

function pipe(ways: ChannelWays, pid: number, end: RawDescriptor, direction: Direction): Waiting {
  const { picture } = ways.scene;
  const wanted = direction === 'read' ? 'read' : 'write';
  const others = picture.holders
    .of(end.target)
    .filter((holder) => picture.descriptor(holder.pid, holder.fd)?.access !== wanted);
  const named = !end.target.startsWith('pipe:');
  // of those that wait for the other end to be opened one does not know who is to do it
  if (named && others.every((holder) => holder.pid === pid))
    return { edges: [], live: 'a named pipe: anybody may open it' };
  if (others.length === 0) return { edges: [], live: 'the other end is closed' };
  if (hidden(ways, pid)) return { edges: [], live: 'a process that cannot be read may hold the other end' };
  const edges = toHolders(
    ways,
    pid,
    others,
    direction === 'read' ? 'to write to the pipe or to close it' : 'to read the pipe',
    [`${listed(others)} ${others.length > 1 ? 'hold' : 'holds'} the other end of ${end.target}`],
  );
  // the pipe through which a signal handler tells its own process, of children's exits too
  const own = others.some((holder) => holder.pid === pid);
  return {
    edges: own && catchesChildSignal(picture, pid) ? [...edges, ...exitsOf(childrenOf(picture, pid))] : edges,
    ...(named && { deadline: { who: 'another process', does: 'opens the named pipe' } }),
  };
}

function toHolders(
  ways: ChannelWays,
  pid: number,
  holders: readonly Holder[],
  until: string,
  proof: string[],
): WaitEdge[] {
  const edges: WaitEdge[] = [];
  for (const holder of holders) {
    for (const on of serversOf(ways.scene, holder.pid, holder.fd)) {
      if (edges.some((edge) => edge.on === on)) continue;
      const internal = holder.pid === pid;
      edges.push({ on, until, internal, ...(!internal && { proof }) });
    }
  }
  return edges;
}

const listed = (holders: readonly Holder[]) =>
  holders.map((holder) => `pid ${holder.pid} (descriptor ${holder.fd})`).join(', ');

function socket(
  ways: ChannelWays,
  pid: number,
  fd: number,
  end: RawDescriptor,
  direction: Direction,
): Waiting {
  const { picture } = ways.scene;
  const facts = end.inode === undefined ? undefined : picture.sockets.find(end.inode);
  if (!facts) return { edges: [], live: 'a socket of an unknown kind' };
  if (facts.state === 'listen') return listening(ways, pid);
  if (facts.protocol === 'unix') return unixSocket(ways, pid, fd, facts, direction);
  if (!facts.protocol.startsWith('tcp')) return { edges: [], live: 'a datagram socket' };
  return tcpSocket(ways, pid, facts, direction);
}

/** A server that has asked a blocked process something goes on with its answer; another client helps it by chance. */
function listening({ scene }: ChannelWays, pid: number): Waiting {
  const { picture } = scene;
  if (!picture.epollSets(pid).some((set) => asks(scene, pid, set)))
    return { edges: [], live: 'anybody may connect' };
  const does = `connects to \`${picture.command(pid)}\` (pid ${pid}) and makes it go on`;
  return { edges: [], deadline: { who: 'another process', does } };
}

function tcpSocket(ways: ChannelWays, pid: number, facts: SocketFacts, direction: Direction): Waiting {
  const { picture } = ways.scene;
  const rows = [...picture.sockets.rows('tcp'), ...picture.sockets.rows('tcp6')];
  const [local, remote] = [plain(facts.local), plain(facts.remote)];
  const table = `/proc/net/${facts.protocol}`;
  if (facts.state === 'syn-sent') {
    const edges = listenerEdges(ways, pid, rows, remote, `to accept its connection to ${remote}`, [
      `${table}: the connection of pid ${pid} to ${remote} is being made`,
    ]);
    if (edges.length === 0) return { edges, live: 'the other end is elsewhere' };
    return {
      edges,
      deadline: { who: `\`${picture.command(pid)}\``, what: 'the kernel, which gives up connecting' },
    };
  }
  const twin = rows.find((row) => plain(row.local) === remote && plain(row.remote) === local);
  if (!twin) return { edges: [], live: 'the other end is elsewhere' };
  if (twin.state !== 'established' && twin.state !== 'close-wait' && twin.state !== 'syn-received') {
    return { edges: [], live: `the other end is ${twin.state}` };
  }
  if (twin.inode === 0) {
    const edges = listenerEdges(ways, pid, rows, remote, `to accept its connection to ${remote}`, [
      `${table}: the connection of pid ${pid} to ${remote} is established and not accepted`,
    ]);
    return edges.length > 0 ? { edges } : { edges, live: 'nobody seems to listen' };
  }
  const holders = picture.holders.of(`socket:[${twin.inode}]`);
  if (holders.length === 0 || hidden(ways, pid)) return { edges: [], live: 'the other end cannot be seen' };
  if (holders.every((holder) => isHeldForWorkers(ways.scene, holder, remote)))
    return passedOn(ways, holders[0]!, remote, `${table}: ${local} is connected to ${remote}`);
  const until =
    direction === 'read' ? `to answer on its connection to ${remote}` : `to read its connection to ${remote}`;
  return {
    edges: toHolders(ways, pid, holders, until, [
      `${table}: ${local} is connected to ${remote}, held by ${listed(holders)}`,
    ]),
  };
}

/** The primary of a cluster has accepted a connection, and waits for one of its workers to take it. */
function passedOn({ scene }: ChannelWays, { pid, fd }: Holder, address: string, connected: string): Waiting {
  const { picture } = scene;
  const primary = `\`${picture.command(pid)}\` (pid ${pid})`;
  const until = `to take its connection to ${address} over, which ${primary} has accepted for the cluster`;
  const proof = [`${connected}, held by pid ${pid} (descriptor ${fd}), in none of its epoll sets`];
  // the main thread of a worker takes it
  const workers = (picture.procfs.children(pid) ?? []).filter(
    (worker) => !hasEmptyChannel(picture, worker, pid),
  );
  if (workers.length === 0)
    return { edges: [], live: 'it is not known which worker is to take the connection' };
  return {
    edges: workers.map((worker) => ({ on: `thread:${worker}/${worker}`, until, proof })),
    deadline: { who: primary, does: 'starts another worker for the cluster' },
  };
}

function listenerEdges(
  ways: ChannelWays,
  pid: number,
  rows: readonly SocketFacts[],
  address: string,
  until: string,
  proof: string[],
): WaitEdge[] {
  const listeners = rows.filter(
    ({ state, local }) => state === 'listen' && reachesListener(plain(local), address),
  );
  const holders = listeners.map((row) => ways.scene.picture.holders.of(`socket:[${row.inode}]`));
  // several may share the port: any of them may accept, and one that cannot be seen too
  if (holders.some((some) => some.length === 0)) return [];
  const serving = holders.flat().filter((holder) => !isHeldForWorkers(ways.scene, holder, address));
  return toHolders(ways, pid, serving, until, proof);
}

function unixSocket(
  ways: ChannelWays,
  pid: number,
  fd: number,
  facts: SocketFacts,
  direction: Direction,
): Waiting {
  const { picture } = ways.scene;
  if (facts.state !== 'established') return { edges: [], live: `a UNIX socket that is ${facts.state}` };
  const rows = picture.sockets.rows('unix');
  const peer =
    stdioPeer(ways, pid, fd, facts) ?? pairedInode(facts.inode, rows) ?? ways.scene.peerOf?.(facts.inode);
  if (peer === undefined) return { edges: [], live: 'the other end of a UNIX socket is not known' };
  if (peer === 0) return unaccepted(ways, pid, rows);
  const holders = picture.holders.of(`socket:[${peer}]`);
  if (holders.length === 0) return { edges: [], live: 'the other end is closed' };
  if (hidden(ways, pid)) return { edges: [], live: 'a process that cannot be read may hold the other end' };
  const name = rows.find(({ inode }) => inode === peer)?.local;
  if (name && holders.every((holder) => isHeldForWorkers(ways.scene, holder, name)))
    return passedOn(ways, holders[0]!, name, `socket:[${facts.inode}] is connected to ${name}`);
  const until = direction === 'read' ? 'to write to its pipe or to close it' : 'to read its pipe';
  const answer =
    direction === 'read' ? `to answer on its connection to ${name}` : `to read its connection to ${name}`;
  return {
    edges: toHolders(ways, pid, holders, name ? answer : until, [
      `/proc/${pid}/fd/${fd}: socket:[${facts.inode}], whose other end socket:[${peer}] is held by ${listed(holders)}`,
    ]),
  };
}

/** A connection that nobody has accepted has no inode at the other end: any listener with such a one may be it. */
function unaccepted(ways: ChannelWays, pid: number, rows: readonly SocketFacts[]): Waiting {
  const names = new Set(
    rows.filter(({ inode, local }) => inode === 0 && local !== '').map(({ local }) => local),
  );
  const listeners = rows.filter(({ state, local }) => state === 'listen' && names.has(local));
  const holders = listeners.map(({ inode }) => ways.scene.picture.holders.of(`socket:[${inode}]`));
  if (listeners.length === 0 || holders.some((some) => some.length === 0)) {
    return { edges: [], live: 'its listener cannot be seen' };
  }
  const path = [...names].join(' or ');
  const serving = holders.flat().filter((holder) => !isHeldForWorkers(ways.scene, holder, path));
  return {
    edges: toHolders(ways, pid, serving, `to accept its connection to ${path}`, [
      `ss -xa: the connection of pid ${pid} has no other end yet; /proc/net/unix: ${path} has one that is not accepted`,
    ]),
  };
}

/**
 * The pipes of a child of Node are pairs of sockets of which the child gets the second. That is evidence where the
 * child has it as stdin, stdout or stderr and another process has the first one elsewhere.
 */
function stdioPeer(
  ways: ChannelWays,
  pid: number,
  fd: number,
  { inode, local }: SocketFacts,
): number | undefined {
  const { picture } = ways.scene;
  const unnamed = (other: number) => {
    const row = picture.sockets.find(other);
    return row?.protocol === 'unix' && row.state === 'established' && row.local === '';
  };
  if (local !== '') return undefined;
  const parents = picture.holders.of(`socket:[${inode - 1}]`);
  if (fd <= 2 && unnamed(inode - 1) && parents.some((one) => one.pid !== pid && one.fd > 2)) return inode - 1;
  const children = picture.holders.of(`socket:[${inode + 1}]`);
  if (fd > 2 && unnamed(inode + 1) && children.some((one) => one.pid !== pid && one.fd <= 2))
    return inode + 1;
  return undefined;
}
