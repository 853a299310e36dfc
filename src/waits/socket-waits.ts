/** What a thread waits for when it waits on a socket: whoever has the other end, or is to accept the connection. */

import type { SocketFacts } from '../model';
import type { RawDescriptor } from '../procfs/procfs';
import { asks } from './asks';
import { hasEmptyChannel, isHeldForWorkers, plainAddress as plain, reachesListener } from './cluster';
import type { WaitEdge } from './graph';
import type { Holder } from './holders';
import { type Direction, hidden, listed, toHolders, type Waiting } from './other-ends';
import type { Scene } from './scene';
import { pairedInode } from './unix-peers';

export function socketWait(
  scene: Scene,
  pid: number,
  fd: number,
  end: RawDescriptor,
  direction: Direction,
): Waiting {
  const { picture } = scene;
  const facts = end.inode === undefined ? undefined : picture.sockets.find(end.inode);
  if (!facts) return { edges: [], live: 'a socket of an unknown kind' };
  if (facts.state === 'listen') return listening(scene, pid);
  if (facts.protocol === 'unix') return unixSocket(scene, pid, fd, facts, direction);
  if (!facts.protocol.startsWith('tcp')) return { edges: [], live: 'a datagram socket' };
  return tcpSocket(scene, pid, facts, direction);
}

/** A server that has asked a blocked process something goes on with its answer; another client helps it by chance. */
function listening(scene: Scene, pid: number): Waiting {
  const { picture } = scene;
  if (!picture.epollSets(pid).some((set) => asks(scene, pid, set)))
    return { edges: [], live: 'anybody may connect' };
  const does = `connects to \`${picture.command(pid)}\` (pid ${pid}) and makes it go on`;
  return { edges: [], deadline: { who: 'another process', does } };
}

function tcpSocket(scene: Scene, pid: number, facts: SocketFacts, direction: Direction): Waiting {
  const { picture } = scene;
  const rows = [...picture.sockets.rows('tcp'), ...picture.sockets.rows('tcp6')];
  const [local, remote] = [plain(facts.local), plain(facts.remote)];
  const table = `/proc/net/${facts.protocol}`;
  if (facts.state === 'syn-sent') {
    const edges = listenerEdges(scene, pid, rows, remote, `to accept its connection to ${remote}`, [
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
    const edges = listenerEdges(scene, pid, rows, remote, `to accept its connection to ${remote}`, [
      `${table}: the connection of pid ${pid} to ${remote} is established and not accepted`,
    ]);
    return edges.length > 0 ? { edges } : { edges, live: 'nobody seems to listen' };
  }
  const holders = picture.holders.of(`socket:[${twin.inode}]`);
  if (holders.length === 0 || hidden(scene, pid)) return { edges: [], live: 'the other end cannot be seen' };
  if (holders.every((holder) => isHeldForWorkers(scene, holder, remote)))
    return passedOn(scene, holders[0]!, remote, `${table}: ${local} is connected to ${remote}`);
  const until =
    direction === 'read' ? `to answer on its connection to ${remote}` : `to read its connection to ${remote}`;
  return {
    edges: toHolders(scene, pid, holders, until, [
      `${table}: ${local} is connected to ${remote}, held by ${listed(holders)}`,
    ]),
  };
}

/** The primary of a cluster has accepted a connection, and waits for one of its workers to take it. */
function passedOn(scene: Scene, { pid, fd }: Holder, address: string, connected: string): Waiting {
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
  scene: Scene,
  pid: number,
  rows: readonly SocketFacts[],
  address: string,
  until: string,
  proof: string[],
): WaitEdge[] {
  const listeners = rows.filter(
    ({ state, local }) => state === 'listen' && reachesListener(plain(local), address),
  );
  const holders = listeners.map((row) => scene.picture.holders.of(`socket:[${row.inode}]`));
  // several may share the port: any of them may accept, and one that cannot be seen too
  if (holders.some((some) => some.length === 0)) return [];
  const serving = holders.flat().filter((holder) => !isHeldForWorkers(scene, holder, address));
  return toHolders(scene, pid, serving, until, proof);
}

function unixSocket(
  scene: Scene,
  pid: number,
  fd: number,
  facts: SocketFacts,
  direction: Direction,
): Waiting {
  const { picture } = scene;
  if (facts.state !== 'established') return { edges: [], live: `a UNIX socket that is ${facts.state}` };
  const rows = picture.sockets.rows('unix');
  const peer =
    stdioPeer(scene, pid, fd, facts) ?? pairedInode(facts.inode, rows) ?? scene.peerOf?.(facts.inode);
  if (peer === undefined) return { edges: [], live: 'the other end of a UNIX socket is not known' };
  if (peer === 0) return unaccepted(scene, pid, rows);
  const holders = picture.holders.of(`socket:[${peer}]`);
  if (holders.length === 0) return { edges: [], live: 'the other end is closed' };
  if (hidden(scene, pid)) return { edges: [], live: 'a process that cannot be read may hold the other end' };
  const name = rows.find(({ inode }) => inode === peer)?.local;
  if (name && holders.every((holder) => isHeldForWorkers(scene, holder, name)))
    return passedOn(scene, holders[0]!, name, `socket:[${facts.inode}] is connected to ${name}`);
  const until = direction === 'read' ? 'to write to its pipe or to close it' : 'to read its pipe';
  const answer =
    direction === 'read' ? `to answer on its connection to ${name}` : `to read its connection to ${name}`;
  return {
    edges: toHolders(scene, pid, holders, name ? answer : until, [
      `/proc/${pid}/fd/${fd}: socket:[${facts.inode}], whose other end socket:[${peer}] is held by ${listed(holders)}`,
    ]),
  };
}

/** A connection that nobody has accepted has no inode at the other end: any listener with such a one may be it. */
function unaccepted(scene: Scene, pid: number, rows: readonly SocketFacts[]): Waiting {
  const names = new Set(
    rows.filter(({ inode, local }) => inode === 0 && local !== '').map(({ local }) => local),
  );
  const listeners = rows.filter(({ state, local }) => state === 'listen' && names.has(local));
  const holders = listeners.map(({ inode }) => scene.picture.holders.of(`socket:[${inode}]`));
  if (listeners.length === 0 || holders.some((some) => some.length === 0)) {
    return { edges: [], live: 'its listener cannot be seen' };
  }
  const path = [...names].join(' or ');
  const serving = holders.flat().filter((holder) => !isHeldForWorkers(scene, holder, path));
  return {
    edges: toHolders(scene, pid, serving, `to accept its connection to ${path}`, [
      `ss -xa: the connection of pid ${pid} has no other end yet; /proc/net/unix: ${path} has one that is not accepted`,
    ]),
  };
}

/**
 * The pipes of a child of Node are pairs of sockets of which the child gets the second. That is evidence where the
 * child has it as stdin, stdout or stderr and another process has the first one elsewhere.
 */
function stdioPeer(scene: Scene, pid: number, fd: number, { inode, local }: SocketFacts): number | undefined {
  const { picture } = scene;
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
