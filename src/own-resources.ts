import type { Channel } from 'node:diagnostics_channel';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import type { Worker } from 'node:worker_threads';
import type { ResourceMessage } from './channels';
import { OWN } from './heard-resources';
import { patch } from './instruments/patch';
import { descriptorOf } from './instruments/stdio';
import type { ResourceKind } from './model';

/** A socket, listener or worker thread; what it says of itself is worked out when it is read. */
class ObjectMessage implements ResourceMessage {
  readonly [OWN] = true;

  constructor(
    readonly kind: ResourceKind,
    readonly resource: object,
    readonly args: readonly unknown[],
  ) {}

  get label(): string {
    if (this.kind === 'thread') return `worker thread ${(this.resource as Worker).threadId}`;
    return `${this.kind === 'listener' ? 'listener on' : 'connection to'} ${placeOf(this.args)}`;
  }

  get fd(): number | undefined {
    return descriptorOf(this.resource);
  }
}

class FileMessage implements ResourceMessage {
  readonly [OWN] = true;
  readonly kind = 'file';

  constructor(
    readonly fd: number,
    readonly label: string,
  ) {}
}

/**
 * Publishes what the instruments see opened, and when it is closed. Made when somebody listens: only then are the
 * functions that close things patched.
 */
export class OwnResources {
  readonly #open: Channel;
  readonly #close: Channel;
  readonly #objects = new WeakMap<object, ResourceMessage>();
  readonly #files = new Map<number, ResourceMessage>();

  constructor(open: Channel, close: Channel) {
    this.#open = open;
    this.#close = close;
    patch(net.Socket.prototype, '_destroy', (original, self, args) => {
      this.#closedObject(self as object);
      return Reflect.apply(original, self, args);
    });
    patch(net.Server.prototype, 'close', (original, self, args) => {
      this.#closedObject(self as object);
      return Reflect.apply(original, self, args);
    });
    for (const name of ['close', 'closeSync']) {
      patch(fs, name, (original, self, args) => {
        this.#closedFile(args[0]);
        return Reflect.apply(original, self, args);
      });
    }
    syncBuiltinESMExports();
  }

  opened(kind: ResourceKind, object: object, args: readonly unknown[]): void {
    const message = new ObjectMessage(kind, object, args);
    this.#objects.set(object, message);
    if (kind === 'thread') (object as Worker).once('exit', () => this.#closedObject(object));
    this.#open.publish(message);
  }

  openedFile(fd: number, path: string): void {
    const message = new FileMessage(fd, path);
    this.#files.set(fd, message);
    this.#open.publish(message);
  }

  #closedObject(object: object): void {
    const message = this.#objects.get(object);
    if (!message) return;
    this.#objects.delete(object);
    this.#close.publish(message);
  }

  #closedFile(fd: unknown): void {
    const message = typeof fd === 'number' ? this.#files.get(fd) : undefined;
    if (!message) return;
    this.#files.delete(fd as number);
    this.#close.publish(message);
  }
}

/** Where `connect()` or `listen()` was told to go: (port, host?), (path), (options), or Node's own list of these. */
function placeOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    const { path, host, port } = first as { path?: unknown; host?: unknown; port?: unknown };
    if (typeof path === 'string') return path;
    return `${typeof host === 'string' ? host : 'localhost'}:${String(port ?? 0)}`;
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return first;
  return `${typeof second === 'string' ? second : 'localhost'}:${String(first ?? 0)}`;
}
