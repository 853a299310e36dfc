/** The connections and pipes of this process that others of this machine wait on: they end with it, and tell them so. */

import { now } from '../clock';
import type { SocketFacts } from '../model';
import type { Procfs } from '../procfs/procfs';
import type { IsTarget } from './awaiting';

export interface Connections {
  /** Whether a socket or pipe of another process is, or may be, the other end of one of ours. */
  readonly reaches: IsTarget;
  /** The same, but for connections that came in by a listener that the process still has: it goes on without them. */
  readonly dependsOn: IsTarget;
}

/** Milliseconds for which what was read serves: for all children that one look asks about. */
const AGE_MS = 10;

let latest: { readonly procfs: Procfs; readonly made: Connections; readonly at: number } | undefined;

export function ownConnections(procfs: Procfs): Connections {
  if (latest?.procfs !== procfs || now() - latest.at > AGE_MS)
    latest = { procfs, made: readConnections(procfs), at: now() };
  return latest.made;
}

function readConnections(procfs: Procfs): Connections {
  const sockets = procfs.sockets();
  const ends = new Set<string>();
  const own = new Map<string | undefined, number[]>();
  let named = false;
  for (const fd of procfs.fds('self') ?? []) {
    const target = procfs.link('self', fd);
    own.set(target, [...(own.get(target) ?? []), fd]);
    const facts = socketOf(target);
    if (facts?.state !== 'established') continue;
    if (facts.protocol === 'unix') named ||= facts.local !== '';
    else ends.add(`${plain(facts.remote)} ${plain(facts.local)}`);
  }

  function socketOf(target: string | undefined): SocketFacts | undefined {
    const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1];
    return inode === undefined ? undefined : sockets.find(Number(inode));
  }

  /** Whether a process still has the listener that the connection came in by. */
  function serves(pid: number, { protocol, local }: SocketFacts): boolean {
    const port = portOf(local);
    return (procfs.fds(pid) ?? []).some((fd) => {
      const facts = socketOf(procfs.link(pid, fd));
      return facts?.state === 'listen' && facts.protocol[0] === protocol[0] && portOf(facts.local) === port;
    });
  }

  /** The access of a descriptor of a pipe, which may have a name. */
  function accessOf(pid: number | 'self', fd: number): string {
    const descriptor = procfs.descriptor(pid, fd);
    return descriptor?.kind === 'pipe' ? descriptor.access : '';
  }

  const reaches: IsTarget = (target, pid, fd) => {
    const numbers = own.get(target);
    if (numbers)
      return (
        accessOf(pid, fd) === 'read' && numbers.some((ours) => /write|both/.test(accessOf('self', ours)))
      );
    const facts = socketOf(target);
    if (facts?.state !== 'established') return false;
    // which of the connections to a name is whose stands nowhere in /proc: it may be this one
    if (facts.protocol === 'unix') return named || facts.local !== '';
    return ends.has(`${plain(facts.local)} ${plain(facts.remote)}`);
  };
  return {
    reaches,
    dependsOn(target, pid, fd) {
      const facts = socketOf(target);
      return (facts === undefined || !serves(pid, facts)) && reaches(target, pid, fd);
    },
  };
}

/** Of an address with a port; a path is as it is. */
function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}

/** `[::ffff:127.0.0.1]:80` is `127.0.0.1:80`. */
function plain(address: string): string {
  return address.replace(/^\[::ffff:([\d.]+)\]/, '$1');
}
