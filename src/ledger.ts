import type { Server, Socket } from 'node:net';
import { basename } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { ForkCall } from './instruments/fork-call';
import type { LiveChild } from './instruments/sink';
import { descriptorOf } from './instruments/stdio';
import type { Resource, ResourceKind, Site } from './model';
import { siteOf } from './site';

/** What is kept of an opening: an unformatted stack, and the span that was active if somebody traces. */
interface Opening {
  readonly stack: Error | undefined;
  readonly span: unknown;
}

/** A class whose constructor returns the object it was given, so that a subclass can give it a private field. */
const Given = class {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is what this class is for
    return object;
  }
} as new (
  object: object,
) => object;

/** Notes on objects of the program in a private field: invisible to it, freed with it, cheaper than a WeakMap. */
class Note extends Given {
  /** The bare stack where there is no span: there are many sockets. */
  #opening: Opening | Error | undefined;

  private constructor(object: object, opening: Opening | Error | undefined) {
    super(object);
    this.#opening = opening;
  }

  static put(object: object, { stack, span }: Opening): void {
    const opening = span === undefined ? stack : { stack, span };
    if (#opening in object) (object as Note).#opening = opening;
    else new Note(object, opening);
  }

  static of(object: object): Opening | undefined {
    if (!(#opening in object)) return undefined;
    const opening = (object as Note).#opening;
    return opening && 'span' in opening ? opening : { stack: opening, span: undefined };
  }
}

interface OpenedFile extends Opening {
  readonly path: string;
}

interface HandedOver {
  readonly opened: Site | undefined;
  readonly fork: ForkCall | undefined;
}

interface Published extends Opening {
  readonly kind: ResourceKind;
  readonly label: string;
  readonly target: string | undefined;
}

/** The live resources and children of one thread, and where each came from. */
export class Ledger {
  readonly #children = new Map<number, LiveChild>();
  readonly #files = new Map<number, OpenedFile>();
  readonly #published = new Map<number, Published>();
  readonly #workers = new Set<WeakRef<Worker>>();
  readonly #startedThreads = new Set<number>();
  readonly #servers = new Set<WeakRef<Server>>();
  /** Listening sockets that children got, by what `/proc/<pid>/fd` links to: they may outlive the server here. */
  readonly #handedOver = new Map<string, HandedOver>();
  #ids = 0;
  #threadId: number | undefined;
  /** Reads the active span context; set while an OpenTelemetry SDK is registered. */
  activeSpan: (() => unknown) | undefined;

  /** 0 in the main thread. Asked late: loading `node:worker_threads` takes a millisecond. */
  get threadId(): number {
    this.#threadId ??= (require('node:worker_threads') as typeof import('node:worker_threads')).threadId;
    return this.#threadId;
  }

  addChild(pid: number, child: LiveChild): void {
    this.#children.set(pid, child);
  }

  removeChild(pid: number): void {
    this.#children.delete(pid);
  }

  /** Children that have not been reported as ended. */
  get children(): ReadonlyMap<number, LiveChild> {
    return this.#children;
  }

  noteObject(object: object, stack: Error | undefined): void {
    Note.put(object, { stack, span: this.activeSpan?.() });
  }

  noteWorker(worker: Worker, stack: Error | undefined): void {
    this.noteObject(worker, stack);
    this.#workers.add(new WeakRef(worker));
    this.#startedThreads.add(worker.threadId);
  }

  /** Whether this thread has ever started a worker thread. */
  get hasStartedAny(): boolean {
    return this.#startedThreads.size > 0;
  }

  /** Whether this thread has started that worker thread, which may have ended. */
  hasStarted(threadId: number): boolean {
    return this.#startedThreads.has(threadId);
  }

  noteListener(server: Server, stack: Error | undefined): void {
    this.noteObject(server, stack);
    this.#servers.add(new WeakRef(server));
  }

  /** Whether a listener of this thread is open. */
  listens(): boolean {
    for (const reference of this.#servers) if (reference.deref()?.listening) return true;
    return false;
  }

  /** Listeners of this thread that are open: their addresses as socket tables write them, and their sites. */
  listeners(): { readonly address: string; readonly opened?: Site }[] {
    const open: { address: string; opened?: Site }[] = [];
    for (const reference of this.#servers) {
      const server = reference.deref();
      const bound = server?.listening ? server.address() : undefined;
      if (!server || !bound) {
        // it may listen soon
        if (!server) this.#servers.delete(reference);
        continue;
      }
      const { opened } = this.resourceOf(server, 'listener', '');
      open.push({ address: addressOf(bound), ...(opened && { opened: { frames: opened.frames } }) });
    }
    return open;
  }

  /** Worker threads that this thread started and that still run. */
  workers(): Worker[] {
    const alive: Worker[] = [];
    for (const reference of this.#workers) {
      const worker = reference.deref();
      if (worker && worker.threadId >= 0) alive.push(worker);
      else this.#workers.delete(reference);
    }
    return alive;
  }

  /** Whether that worker thread, which this thread has started, has not ended. */
  runs(threadId: number): boolean {
    return this.workers().some((worker) => worker.threadId === threadId);
  }

  noteHandedOver(target: string, opened: Site | undefined, fork: ForkCall | undefined): void {
    this.#handedOver.set(target, { opened, fork });
  }

  /** Where a listening socket was opened that a child got, and the fork of that child. */
  handedOver(target: string): HandedOver | undefined {
    return this.#handedOver.get(target);
  }

  noteFile(fd: number, path: string, stack: Error | undefined): void {
    this.#files.set(fd, { path, stack, span: this.activeSpan?.() });
  }

  /** `target`: what the descriptor is, so that the name does not stick to a number that is used again. */
  notePublished(
    fd: number,
    { kind, label, target }: Pick<Published, 'kind' | 'label' | 'target'>,
    stack: Error | undefined,
  ): void {
    this.#published.set(fd, { kind, label, target, stack, span: this.activeSpan?.() });
  }

  forgetPublished(fd: number): void {
    this.#published.delete(fd);
  }

  /** What the program knows of one of its objects. */
  resourceOf(object: object, kind: ResourceKind, label: string): Resource {
    const { server } = object as { server?: unknown };
    // an accepted socket belongs to its listener: it carries no note of its own
    const opening =
      Note.of(object) ?? (typeof server === 'object' && server !== null ? Note.of(server) : undefined);
    const fd = descriptorOf(object);
    return this.#resource(kind, label, opening, fd);
  }

  /** What the program knows of a descriptor: first what was published, then its own streams, then its files. */
  resourceAt(fd: number, target: string): Resource | undefined {
    const published = this.#published.get(fd);
    if (published && (published.target === undefined || published.target === target))
      return this.#resource(published.kind, published.label, published, fd);
    if (fd > 2 && target.startsWith('socket:')) {
      const object = activeObjectAt(fd);
      if (object) {
        const listener = 'listening' in object;
        return this.resourceOf(object, listener ? 'listener' : 'socket', target);
      }
    }
    const file = this.#files.get(fd);
    // the number may have been closed and given to another file since
    if (file && isNamed(target, basename(file.path))) {
      return this.#resource('file', file.path, file, fd);
    }
    return undefined;
  }

  #resource(
    kind: ResourceKind,
    label: string,
    opening: Opening | undefined,
    fd: number | undefined,
  ): Resource {
    return {
      id: ++this.#ids,
      kind,
      label,
      threadId: this.threadId,
      ...(fd !== undefined && { fd }),
      ...(opening?.stack && { opened: siteOf(opening.stack) }),
      ...(opening?.span !== undefined && { span: opening.span }),
    };
  }
}

/** Whether the kernel's target, as procfs shows it, has this name. */
function isNamed(target: string, name: string): boolean {
  const shown = /^[ -~]*$/.test(name)
    ? name
    : (require('./escape') as typeof import('./escape')).escapeText(name);
  const base = basename(target);
  return base === shown || base === `${shown} (deleted)`;
}

/** The socket or server on a descriptor: O(open), so only asked when a fork is about to be reported. */
export function activeObjectAt(fd: number): Socket | Server | undefined {
  const { _getActiveHandles } = process as unknown as { _getActiveHandles?: () => object[] };
  const objects = _getActiveHandles?.call(process) ?? [];
  return objects.find((object) => descriptorOf(object) === fd) as Socket | Server | undefined;
}

function addressOf(bound: string | { address: string; port: number }): string {
  if (typeof bound === 'string') return bound;
  return bound.address.includes(':') ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`;
}
