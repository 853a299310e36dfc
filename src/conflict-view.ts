import type { Server } from 'node:net';
import { wallClock } from './clock';
import type { ConflictSnapshot, PortHolder } from './facts/conflict';
import type { Ledger } from './ledger';
import type { Conflict, SocketFacts } from './model';
import { resourceOf } from './resources';
import { collide } from './rules/words';
import type { SnapshotContext } from './snapshot';

/** What `listen` says where it fails with EADDRINUSE. */
export function conflictOf(ledger: Ledger, server: Server, error: NodeJS.ErrnoException): Conflict {
  const { address, port } = error as { address?: unknown; port?: unknown };
  const { opened: listened } = resourceOf(ledger, server, 'listener', '');
  return {
    type: 'conflict',
    time: wallClock(),
    threadId: ledger.threadId,
    address: `${address ?? '*'}:${port ?? ''}`,
    ...(typeof port === 'number' && { port }),
    ...(listened && { listened }),
  };
}

/** A `listen` that failed: which of our children, or of theirs, holds the address. */
export class ConflictView implements ConflictSnapshot {
  readonly moment: Conflict;
  readonly #context: SnapshotContext;

  constructor(moment: Conflict, context: SnapshotContext) {
    this.moment = moment;
    this.#context = context;
  }

  get pid(): number {
    return this.#context.pid;
  }

  holders(): readonly PortHolder[] {
    const { procfs, ledger } = this.#context;
    const listeners = this.#listeners();
    const isHeldHere = (procfs.fds('self') ?? []).some((fd) => listeners.has(procfs.link('self', fd) ?? ''));
    if (isHeldHere || listeners.size === 0) return []; // another server of this process: Node's error says it all
    const holders = [...ledger.children.values()].flatMap(({ fork }) =>
      fork.child ? this.#holdersBelow(fork.child.pid, fork.child.command, fork, listeners) : [],
    );
    return holders.length > 0 ? holders : this.#strayHolders(listeners);
  }

  /** Listening sockets of ours that a child got and that are in the way, by what a descriptor table links to. */
  #listeners(): Map<string, SocketFacts> {
    const { address, port } = this.moment;
    const { sockets, ledger } = this.#context;
    const rows = port === undefined ? [] : [...sockets.rows('tcp'), ...sockets.rows('tcp6')];
    return new Map(
      rows
        .filter(({ state, local }) => state === 'listen' && local.endsWith(`:${port}`))
        .filter(({ local }) => collide(hostOf(local), hostOf(address)))
        .map((row): [string, SocketFacts] => [`socket:[${row.inode}]`, row])
        .filter(([target]) => ledger.handedOver(target)),
    );
  }

  /** A child, or the command behind a shell that we started. */
  #holdersBelow(
    pid: number,
    command: string,
    fork: PortHolder['fork'],
    listeners: ReadonlyMap<string, SocketFacts>,
    depth = 0,
  ): PortHolder[] {
    const { procfs } = this.#context;
    const own = this.#holdings(pid, command, fork, listeners);
    if (own.length > 0 || depth > 8) return own;
    return (procfs.children(pid) ?? []).flatMap((child) =>
      this.#holdersBelow(child, procfs.comm(child) ?? '?', fork, listeners, depth + 1),
    );
  }

  /** Whoever has a socket that we passed on got it from us, also if its parent has ended since. */
  #strayHolders(listeners: ReadonlyMap<string, SocketFacts>): PortHolder[] {
    const { procfs, ledger, pid: self } = this.#context;
    const fork = [...listeners.keys()].flatMap((target) => ledger.handedOver(target)?.fork ?? [])[0];
    if (!fork) return [];
    return (procfs.processes() ?? [])
      .filter((pid) => pid !== self)
      .flatMap((pid) => this.#holdings(pid, procfs.comm(pid) ?? '?', fork, listeners));
  }

  #holdings(
    pid: number,
    command: string,
    fork: PortHolder['fork'],
    listeners: ReadonlyMap<string, SocketFacts>,
  ): PortHolder[] {
    const { procfs, ledger } = this.#context;
    return (procfs.fds(pid) ?? []).flatMap((childFd) => {
      const target = procfs.link(pid, childFd);
      const row = target === undefined ? undefined : listeners.get(target);
      if (target === undefined || !row) return [];
      const proof = [
        `/proc/${pid}/fd/${childFd} -> ${target}`,
        `/proc/net/${row.protocol}: ${target} is in state LISTEN on ${row.local}`,
      ];
      return { fork, child: { pid, command }, childFd, opened: ledger.handedOver(target)?.opened, proof };
    });
  }
}

/** `::1` of `[::1]:80`. */
function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}
