import type { ChildProcess } from 'node:child_process';
import type { Keeper } from '../facts/exit';
import type { LiveChild } from '../instruments/sink';
import { setTimer } from '../timers';
import { heartbeatAfter } from '../waits/heartbeat';
import { channelHandle } from './channel';

/** The longest pause between two looks, in milliseconds. */
const LONGEST = 30_000;

interface Handle {
  hasRef?(): boolean;
  readonly reading?: unknown;
}

interface Stream {
  readonly _handle?: Handle | null;
  readonly writableLength?: number;
  readonly connecting?: boolean;
  listenerCount?(event: string): number;
}

export interface KeepersOptions {
  readonly pauseMs: number;
  readonly children: () => Iterable<LiveChild>;
  readonly found: (keepers: readonly Keeper[]) => void;
}

/**
 * Notices that nothing but the pipes of a detached child keeps this thread's event loop alive, although the program
 * has called `unref()` on it. Looks, less and less often, only from such a call on and only while the child has a pipe.
 */
export class Keepers {
  readonly #options: KeepersOptions;
  #pause: number;
  #before: readonly Keeper[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeepersOptions) {
    this.#options = options;
    this.#pause = options.pauseMs;
  }

  /** `unref()` was called on a detached child. */
  released({ fork }: LiveChild): void {
    if (this.#timer || !fork.stdio.some(({ fd, type }) => (fd > 0 && type === 'pipe') || type === 'ipc'))
      return;
    this.#pause = this.#options.pauseMs;
    this.#wait();
  }

  #wait(): void {
    this.#timer = setTimer(() => this.#look(), heartbeatAfter(this.#pause)).unref();
  }

  #look(): void {
    this.#timer = undefined;
    const children = [...this.#options.children()].filter(({ fork }) => fork.detached && fork.unreferenced);
    const keeping = children.flatMap(keeperOf);
    if (keeping.length === 0) {
      this.#before = [];
      return;
    }
    const alone = nothingElse(children);
    const again = this.#before.filter(({ fork }) => alone && keeping.some((one) => one.fork === fork));
    if (again.length > 0) {
      this.#options.found(again);
      return;
    }
    this.#before = alone ? keeping : [];
    // twice the same before anything is said: a program may be between two things
    if (!alone) this.#pause = Math.min(this.#pause * 2, LONGEST);
    this.#wait();
  }
}

function keeperOf({ fork, process: child }: LiveChild): Keeper[] {
  const all = keptAliveThrough(child);
  if (all.length === 0 || !fork.child) return [];
  const through = all.map(({ name }) => name);
  // `exit` comes without the pipes; who waits for `close` means to wait for them
  const heard = child.listenerCount('close') > 0 || all.some((one) => one.heard);
  return [{ fork, child: fork.child, through, heard, proof: [proofOf(through)] }];
}

/** The pipes and the channel of a child that keep this thread alive, and whether the program listens to them. */
export function keptAliveThrough(child: ChildProcess): { readonly name: string; readonly heard: boolean }[] {
  const heard = (emitter: Stream, ...events: string[]) =>
    events.some((event) => (emitter.listenerCount?.(event) ?? 0) > 0);
  const through = [...(child.stdio ?? [])].flatMap((entry, number) => {
    const stream = entry as Stream | null | undefined;
    if (stream?._handle?.reading !== true || stream._handle.hasRef?.() !== true) return [];
    const name = ['stdin', 'stdout', 'stderr'][number] ?? `stdio[${number}]`;
    return { name, heard: heard(stream, 'data', 'readable') };
  });
  if (child.connected && (channelHandle(child) as Handle | undefined)?.hasRef?.() === true)
    through.push({ name: 'IPC channel', heard: heard(child, 'message', 'disconnect') });
  return through;
}

function proofOf(through: readonly string[]): string {
  const names = through.map((name) => (name === 'IPC channel' ? 'child.channel' : `child.${name}`));
  return `${names.join(', ')}: open and referenced (hasRef() of the handle is true)`;
}

/** Whether no timer, request or other handle keeps this thread alive. */
function nothingElse(children: readonly LiveChild[]): boolean {
  const { _getActiveHandles } = process as unknown as { _getActiveHandles?: () => object[] };
  const handles = _getActiveHandles?.call(process);
  if (!handles || process.getActiveResourcesInfo().length !== handles.length) return false;
  const theirs = new Set<unknown>(
    children.flatMap(({ process: child }) => [...(child.stdio ?? []), channelHandle(child)]),
  );
  return handles.every((handle) => theirs.has(handle) || isAtRest(handle as Stream));
}

/** A socket that is neither read nor written keeps nobody alive, though it is listed. */
function isAtRest(stream: Stream): boolean {
  if (stream.connecting !== false) return false; // nor a UDP socket, whose `_handle` must not be read (DEP0112)
  const { _handle: handle, writableLength } = stream;
  return handle != null && handle.reading !== true && writableLength === 0;
}
