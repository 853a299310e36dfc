/** Readings of `/proc/<pid>/net/{tcp,tcp6,udp,udp6,unix}`. Pure; they never throw. */

import { endianness } from 'node:os';
import type { SocketFacts } from '../model';

type InternetProtocol = 'tcp' | 'tcp6' | 'udp' | 'udp6';

const LITTLE_ENDIAN = endianness() === 'LE';

// include/net/tcp_states.h
const STATES = [
  'unknown',
  'established',
  'syn-sent',
  'syn-received',
  'fin-wait-1',
  'fin-wait-2',
  'time-wait',
  'close',
  'close-wait',
  'last-ack',
  'listen',
  'closing',
  'syn-received',
];

const TIME_WAIT = '06 ';

/** Internet sockets but those in TIME_WAIT: `sl local remote st tx:rx tr:when retransmits uid timeout inode …`. */
export function parseInternetSockets(text: string, protocol: InternetProtocol): SocketFacts[] {
  const sockets: SocketFacts[] = [];
  // from the colon behind the row's number to its state: both addresses have a fixed width
  const toState = protocol.endsWith('6') ? 78 : 30;
  for (const line of text.split('\n')) {
    // a busy client has a hundred thousand of them, and nobody has a descriptor for one
    if (line.startsWith(TIME_WAIT, line.indexOf(':') + toState)) continue;
    const words = line.trim().split(/\s+/);
    const inode = Number(words[9]);
    const local = parseAddress(words[1]);
    const remote = parseAddress(words[2]);
    const queues = /^([0-9A-F]{8}):([0-9A-F]{8})$/.exec(words[4] ?? '');
    if (!Number.isInteger(inode) || !local || !remote || !queues) continue;
    const state = Number.parseInt(words[3] ?? '', 16);
    sockets.push({
      inode,
      protocol,
      state: protocol.startsWith('udp') && state === 7 ? 'unconnected' : (STATES[state] ?? 'unknown'),
      local,
      remote: remote.endsWith(':0') ? '' : remote,
      sendQueue: Number.parseInt(queues[1]!, 16),
      receiveQueue: Number.parseInt(queues[2]!, 16),
    });
  }
  return sockets;
}

/** `0100007F:1F90` → `127.0.0.1:8080`; each 32-bit word is written in the machine's byte order. */
export function parseAddress(text: string | undefined): string | undefined {
  const match = /^((?:[0-9A-F]{8}){1,4}):([0-9A-F]{4})$/.exec(text ?? '');
  if (!match) return undefined;
  const bytes: number[] = [];
  for (const word of match[1]!.match(/.{8}/g) ?? []) {
    const four = [0, 2, 4, 6].map((at) => Number.parseInt(word.slice(at, at + 2), 16));
    bytes.push(...(LITTLE_ENDIAN ? four.reverse() : four));
  }
  const port = Number.parseInt(match[2]!, 16);
  if (bytes.length === 4) return `${bytes.join('.')}:${port}`;
  return bytes.length === 16 ? `[${formatIPv6(bytes)}]:${port}` : undefined;
}

/** As RFC 5952 writes it; IPv4-mapped addresses keep their dotted half. */
function formatIPv6(bytes: readonly number[]): string {
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) {
    return `::ffff:${bytes.slice(12).join('.')}`;
  }
  const groups: number[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(bytes[at]! * 256 + bytes[at + 1]!);
  let [best, length] = [-1, 1];
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > length) [best, length] = [start, end - start];
  }
  const hex = (part: number[]) => part.map((group) => group.toString(16)).join(':');
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + length))}`;
}

const SO_ACCEPTCON = 0x10000;
// enum socket_state of include/uapi/linux/net.h
const UNIX_STATES = ['free', 'unconnected', 'connecting', 'established', 'disconnecting'];
const UNIX = /^[0-9a-f]+: [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) [0-9A-F]{4} ([0-9A-F]{2}) +(\d+)(?: (.*))?$/i;

/**
 * UNIX sockets: `Num RefCount Protocol Flags Type St Inode Path`; abstract names begin with `@`. A name can hold a line
 * that looks the same: nothing is known of a socket that has two.
 */
export function parseUnixSockets(text: string): SocketFacts[] {
  const sockets: SocketFacts[] = [];
  const seen = new Set<number>();
  const doubtful = new Set<number>();
  for (const line of text.split('\n')) {
    const match = UNIX.exec(line);
    if (!match) continue;
    const listens = (Number.parseInt(match[1]!, 16) & SO_ACCEPTCON) !== 0;
    const inode = Number(match[3]);
    // those that nobody has accepted yet have none
    if (inode !== 0 && seen.has(inode)) doubtful.add(inode);
    seen.add(inode);
    sockets.push({
      inode,
      protocol: 'unix',
      state: listens ? 'listen' : (UNIX_STATES[Number.parseInt(match[2]!, 16)] ?? 'unknown'),
      local: match[4] ?? '',
      remote: '',
    });
  }
  return doubtful.size === 0 ? sockets : sockets.filter(({ inode }) => !doubtful.has(inode));
}
