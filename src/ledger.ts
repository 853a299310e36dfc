import type { Server } from 'node:net';
import type { Worker } from 'node:worker_threads';
import type { ForkCall } from './instruments/fork-call';
import type { LiveChild } from './instruments/sink';
import type { ResourceKind, Site } from './model';
import { inWorker } from './thread';

/** What is kept of an opening: an unformatted stack, and the span that was active if somebody traces. */
export interface Opening {
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

/** So many listening sockets are remembered that children were sent. */
const MOST_HANDED_OVER = 1000;

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
  #threadId: number | undefined;
  /** Reads the active span context; set while an OpenTelemetry SDK is registered. */
  activeSpan: (() => unknown) | undefined;

  /** 0 in the main thread. Asked late: loading `node:worker_threads` takes a millisecond. */
  get threadId(): number {
    this.#threadId ??= inWorker
      ? (require('node:worker_threads') as typeof import('node:worker_threads')).threadId
      : 0;
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

  /** Those of the servers of this thread that listen. */
  listening(): Server[] {
    const open: Server[] = [];
    for (const reference of this.#servers) {
      const server = reference.deref();
      if (server?.listening) open.push(server);
      else if (!server) this.#servers.delete(reference); // one that is closed may listen again
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
    if (this.#handedOver.size >= MOST_HANDED_OVER) this.#handedOver.clear();
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

  /** Where an object of the program was opened, if that was noted. */
  openingOf(object: object): Opening | undefined {
    return Note.of(object);
  }

  /** The file last opened under that number, which may have been closed since. */
  fileAt(fd: number): OpenedFile | undefined {
    return this.#files.get(fd);
  }

  /** What was published of that descriptor. */
  publishedAt(fd: number): Published | undefined {
    return this.#published.get(fd);
  }
}
