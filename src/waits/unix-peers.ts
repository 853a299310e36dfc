/**
 * The other ends of UNIX sockets. `/proc` does not tell them: `ss` (iproute2) does, and where no socket is connected
 * to a name, the numbers do, because socketpair(2) gives its two sockets consecutive inodes.
 */

import { spawnSync } from 'node:child_process';
import { wallClock } from '../clock';
import type { SocketFacts } from '../model';

/** Inode of the other end by inode; 0 for a connection that nobody has accepted. */
export type UnixPeers = ReadonlyMap<number, number>;

const AGE_MS = 1000;

/** Asks `ss`, seldom: starting it disturbs the very thing that is looked at. */
export function createPeerReader(): (inode: number) => number | undefined {
  let peers: UnixPeers = new Map();
  let asked = 0;
  return (inode) => {
    if (!peers.has(inode) && wallClock() - asked > AGE_MS) {
      const { stdout } = spawnSync('ss', ['-xnHa'], {
        encoding: 'utf8',
        // where Debian, Fedora, Alpine and others have it; nothing that the program can choose
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
        stdio: ['ignore', 'pipe', 'ignore'],
        timeout: 2000,
      });
      peers = parsePeers(stdout ?? '');
      asked = wallClock();
    }
    return peers.get(inode);
  };
}

/**
 * `u_str ESTAB 0 0 * 12105 * 12106`: the last number is the peer, the last but two the socket. A name can hold a line
 * that looks the same: nothing is known of a socket that has two.
 */
export function parsePeers(text: string): UnixPeers {
  const peers = new Map<number, number>();
  const doubtful = new Set<number>();
  for (const line of text.split('\n')) {
    const match = /^u_(?:str|seq) +ESTAB .* (\d+) +\* +(\d+) *$/.exec(line);
    if (!match) continue;
    const inode = Number(match[1]);
    if (peers.has(inode)) doubtful.add(inode);
    peers.set(inode, Number(match[2]));
  }
  for (const inode of doubtful) peers.delete(inode);
  return peers;
}

/**
 * The other end of an unnamed socket, where every connected socket of the table is unnamed, and so one of a pair:
 * pairs are counted off from the beginning of each run of consecutive inodes.
 */
export function pairedInode(inode: number, rows: readonly SocketFacts[]): number | undefined {
  const connected = rows.filter(({ state }) => state === 'established' || state === 'connecting');
  if (connected.some(({ local }) => local !== '')) return undefined;
  const inodes = new Set(connected.map((row) => row.inode));
  if (!inodes.has(inode)) return undefined;
  let first = inode;
  while (inodes.has(first - 1)) first--;
  let last = inode;
  while (inodes.has(last + 1)) last++;
  // a run of odd length has lost one end somewhere: no counting off
  if ((last - first) % 2 === 0) return undefined;
  return (inode - first) % 2 === 0 ? inode + 1 : inode - 1;
}
