import { baselineKey } from './baseline';
import type { ForkCall } from './instruments/fork-call';
import type { Ledger } from './ledger';
import type { Crossing, Descriptor, Gap } from './model';
import type { OwnTable } from './own-table';
import type { Owners } from './owners';
import type { PassedDescriptors } from './passed';
import type { Procfs, RawDescriptor } from './procfs/procfs';
import type { SocketTable } from './procfs/sockets';
import { resourceAt } from './resources';

/** More descriptors than this is more than a child has got, most likely. */
const MANY = 64;
const MOST_AGAIN = 3;

/** What the descriptor table is searched with: the kernel, what is known, and how much time may be spent. */
export interface CrossingContext {
  readonly procfs: Procfs;
  readonly ledger: Ledger;
  /** Descriptors that were inheritable before forkguard was loaded. */
  readonly baseline: ReadonlySet<string>;
  readonly ownTable: OwnTable;
  /** Of the whole network namespace: read once a moment, and only if a rule asks. */
  readonly sockets: SocketTable;
  readonly owners: Owners;
  readonly passed: PassedDescriptors;
  gap(gap: Gap): void;
}

/** Descriptors that a fork's child has got: those passed in `stdio`, then those that leaked. */
export function findCrossings(call: ForkCall, context: CrossingContext): Crossing[] {
  if (neverRan(call)) return [];
  const found: Crossing[] = [];
  for (const { fd, type, parentFd } of call.stdio) {
    if (parentFd === undefined || (type !== 'inherit' && type !== 'fd')) continue;
    const passed = context.passed.of(call, parentFd);
    const descriptor = describe(parentFd, context, passed?.raw);
    if (!descriptor) continue;
    const proof = [`stdio[${fd}] is descriptor ${parentFd}`];
    found.push({ childFd: fd, via: 'stdio', descriptor, proof, ...(passed?.again && { again: true }) });
  }
  for (const fd of leakedDescriptors(call, context)) {
    const descriptor = describe(fd, context);
    if (!descriptor) continue;
    const proof = [`/proc/self/fdinfo/${fd}: flags without 02000000 (close-on-exec)`];
    const pid = call.child?.pid;
    if (pid !== undefined && !call.blocking && context.procfs.link(pid, fd) === descriptor.target) {
      proof.push(`/proc/${pid}/fd/${fd} -> ${descriptor.target}`);
    }
    found.push({ childFd: fd, via: 'leak', descriptor, proof });
  }
  for (const { descriptor } of found) {
    const { resource, target } = descriptor;
    if (resource?.kind === 'listener') context.ledger.noteHandedOver(target, resource.opened, call);
  }
  return found;
}

/** The call failed before there was a child. What a `*Sync` call threw is not known. */
function neverRan({ child, primitive, blocking, error }: ForkCall): boolean {
  return child === undefined && primitive !== 'execve' && (!blocking || error !== undefined);
}

/**
 * Descriptors above the `stdio` that the child got. When an asynchronous `spawn` returns, exec has happened, so
 * the child's own table lists only what leaked, however many descriptors are open here. A child that has already
 * gone, and the children of `*Sync` calls, leave only the search of our own table.
 */
function leakedDescriptors(call: ForkCall, context: CrossingContext): number[] {
  const { procfs } = context;
  const passed = new Set(call.stdio.map(({ fd }) => fd));
  const pid = call.child?.pid;
  if (!call.blocking && pid !== undefined && call.primitive === 'fork') {
    const inChild = openIn(pid, procfs);
    // an empty table is that of a child that is just ending
    if (inChild && inChild.length > 0) {
      return inChild.filter(
        (fd) => !passed.has(fd) && procfs.closeOnExec(fd) === false && isSame(fd, pid, procfs),
      );
    }
  }
  return context.ownTable.inheritable(procfs, context.gap).filter((fd) => !passed.has(fd));
}

/** Exec closes one number after the other and wakes us in between: a long list is asked for again, it will be short. */
function openIn(pid: number, procfs: Procfs): number[] | undefined {
  let open = procfs.fds(pid);
  for (let again = 0; again < MOST_AGAIN && open && open.length > MANY; again++) open = procfs.fds(pid);
  return open;
}

function isSame(fd: number, pid: number, procfs: Procfs): boolean {
  const here = procfs.link('self', fd);
  return here !== undefined && here === procfs.link(pid, fd);
}

/** A descriptor of this process with all that is known of it, as it is now or as it was. */
export function describe(fd: number, context: CrossingContext, was?: RawDescriptor): Descriptor | undefined {
  const { procfs, ledger, baseline, owners, sockets } = context;
  const raw = was ?? procfs.descriptor('self', fd);
  if (!raw) return undefined;
  const resource = resourceAt(ledger, fd, raw.target);
  const inherited = baseline.has(baselineKey(fd, raw.target));
  const native = !inherited && !resource && fd > 2 && !raw.closeOnExec;
  return {
    ...raw,
    origin: inherited || fd < 3 ? 'inherited' : resource ? 'program' : 'unknown',
    get socket() {
      return raw.kind === 'socket' && raw.inode !== undefined ? sockets.find(raw.inode) : undefined;
    },
    ...(resource && { resource }),
    get owner() {
      return native ? owners.of(fd, raw.target) : undefined;
    },
  };
}
