import type { Server, Socket } from 'node:net';
import { basename } from 'node:path';
import { escapeText } from './escape';
import { descriptorOf } from './instruments/stdio';
import type { Ledger, Opening } from './ledger';
import type { Resource, ResourceKind } from './model';
import { siteOf } from './site';
import { plainContext } from './tracing';

let ids = 0;

/** What the program knows of one of its objects. */
export function resourceOf(ledger: Ledger, object: object, kind: ResourceKind, label: string): Resource {
  const { server } = object as { server?: unknown };
  // an accepted socket belongs to its listener: it carries no note of its own
  const opening =
    ledger.openingOf(object) ??
    (typeof server === 'object' && server !== null ? ledger.openingOf(server) : undefined);
  return resource(ledger, kind, label, opening, descriptorOf(object));
}

/** What the program knows of a descriptor: first what was published, then its own streams, then its files. */
export function resourceAt(ledger: Ledger, fd: number, target: string): Resource | undefined {
  const published = ledger.publishedAt(fd);
  if (published && (published.target === undefined || published.target === target))
    return resource(ledger, published.kind, published.label, published, fd);
  if (fd > 2 && target.startsWith('socket:')) {
    const object = activeObjectAt(fd);
    if (object) return resourceOf(ledger, object, 'listening' in object ? 'listener' : 'socket', target);
  }
  const file = ledger.fileAt(fd);
  // the number may have been closed and given to another file since
  if (file && isNamed(target, basename(file.path))) return resource(ledger, 'file', file.path, file, fd);
  return undefined;
}

function resource(
  { threadId }: Ledger,
  kind: ResourceKind,
  label: string,
  opening: Opening | undefined,
  fd: number | undefined,
): Resource {
  return {
    id: ++ids,
    kind,
    label,
    threadId,
    ...(fd !== undefined && { fd }),
    ...(opening?.stack && { opened: siteOf(opening.stack) }),
    ...(opening?.span !== undefined && { span: opening.span }),
  };
}

/** Listeners of this thread that are open, as plain data; the labels are their addresses as socket tables write them. */
export function listenersOf(ledger: Ledger): Resource[] {
  return ledger.listening().flatMap((server) => {
    const bound = server.address();
    if (!bound) return [];
    const { opened, span, ...listener } = resourceOf(ledger, server, 'listener', addressOf(bound));
    return [
      {
        ...listener,
        ...(opened && { opened: { frames: opened.frames } }),
        ...(span !== undefined && { span: plainContext(span) }),
      },
    ];
  });
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

/** Whether the kernel's target, as procfs shows it, has this name. */
function isNamed(target: string, name: string): boolean {
  const base = basename(target);
  const shown = escapeText(name);
  return base === shown || base === `${shown} (deleted)`;
}
