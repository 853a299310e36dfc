import type { SocketFacts } from '../model';
import { parseInternetSockets, parseUnixSockets } from './parse-net';

const PROTOCOLS = ['tcp', 'tcp6', 'unix', 'udp', 'udp6'] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** The sockets of one network namespace. Each table is read once, when a question needs it. */
export interface SocketTable {
  /** Looks in tcp, tcp6, unix, udp, udp6, in this order. */
  find(inode: number): SocketFacts | undefined;
  rows(protocol: Protocol): readonly SocketFacts[];
}

export function createSocketTable(read: (protocol: Protocol) => string | undefined): SocketTable {
  const tables = new Map<Protocol, ReadonlyMap<number, SocketFacts>>();
  // TIME_WAIT rows have inode 0: they belong to nobody and are left out of the index
  const all = new Map<Protocol, readonly SocketFacts[]>();

  function load(protocol: Protocol): ReadonlyMap<number, SocketFacts> {
    const known = tables.get(protocol);
    if (known) return known;
    const text = read(protocol) ?? '';
    const rows = protocol === 'unix' ? parseUnixSockets(text) : parseInternetSockets(text, protocol);
    const index = new Map(rows.filter((row) => row.inode !== 0).map((row) => [row.inode, row]));
    all.set(protocol, rows);
    tables.set(protocol, index);
    return index;
  }

  return {
    find(inode) {
      for (const protocol of PROTOCOLS) {
        const row = load(protocol).get(inode);
        if (row) return row;
      }
      return undefined;
    },
    rows(protocol) {
      load(protocol);
      return all.get(protocol) ?? [];
    },
  };
}
