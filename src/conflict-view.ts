import type { Conflict, Gap } from './model';
import type { ConflictSnapshot, PortHolder } from './rules/rule';
import type { SnapshotContext } from './snapshot';

/** A `listen` that failed: which of our children holds the address. */
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

  gap(gap: Gap): void {
    this.#context.gap(gap);
  }

  holders(): readonly PortHolder[] {
    const { procfs, ledger } = this.#context;
    const { port } = this.moment;
    if (port === undefined) return [];
    const sockets = procfs.sockets();
    const rows = [...sockets.rows('tcp'), ...sockets.rows('tcp6')];
    const listeners = rows.filter(({ state, local }) => state === 'listen' && local.endsWith(`:${port}`));
    const targets = new Set(listeners.map(({ inode }) => `socket:[${inode}]`));
    const own = (procfs.fds('self') ?? []).some((fd) => targets.has(procfs.link('self', fd) ?? ''));
    if (own || targets.size === 0) return []; // another server of this process has the port: Node's error says it all
    return [...ledger.children.values()].flatMap(({ fork }) => {
      const { child } = fork;
      if (!child) return [];
      return (procfs.fds(child.pid) ?? []).flatMap((childFd) => {
        const target = procfs.link(child.pid, childFd);
        if (target === undefined || !targets.has(target)) return [];
        const row = listeners.find(({ inode }) => target === `socket:[${inode}]`);
        const proof = [
          `/proc/${child.pid}/fd/${childFd} -> ${target}`,
          `/proc/net/${row?.protocol}: ${target} is in state LISTEN on ${row?.local}`,
        ];
        return { fork, child, childFd, opened: ledger.handedOver(target), proof };
      });
    });
  }
}
