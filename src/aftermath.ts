import type { Engine } from './engine';
import type { ForkCall } from './instruments/fork-call';
import type { Hazard } from './model';
import { AftermathView, type AtFork, type SnapshotContext } from './snapshot';
import { setTick, setTimer } from './timers';

/** How long after a fork its consequences are looked at, in milliseconds. */
const AFTERMATH_MS = 200;

/**
 * When else a child that shares our input is looked at: it may begin to read late, or end soon. Not at the same beat as
 * input that comes every 10 or 20 ms: at that moment the child does not wait for it.
 */
const INPUT_LOOKS_MS = [47, 1009, 3011];

/** A fork whose consequences are to be looked at. */
interface Pending {
  readonly call: ForkCall;
  readonly atFork: AtFork;
  /** It was seen that child and parent read the same input. */
  split?: boolean;
}

export interface AftermathOptions {
  readonly engine: Engine;
  /** What the views of a moment read from. */
  readonly context: () => SnapshotContext;
  /** Hands on what could not be read meanwhile. */
  readonly drainGaps: () => void;
  readonly slowForkMs: number;
  /** Whether native code may have forked: looks at the children of this thread. */
  readonly suspects: () => boolean;
}

/** Looks again, a while later, at forks that may have consequences: unref'd timers, only while some are pending. */
export class Aftermath {
  readonly #options: AftermathOptions;
  #pending: Pending[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AftermathOptions) {
    this.#options = options;
  }

  /** A fork was made. */
  follow(call: ForkCall): void {
    if (call.blocking || call.child === undefined) return;
    const suspects = this.#options.suspects();
    const slow = (call.blockedMs ?? 0) >= this.#options.slowForkMs;
    if (suspects || slow || sharesInput(call)) this.#expect(call);
  }

  /** Judges what the forks of the last moments have led to. */
  settle(): Hazard[] {
    const hazards = this.#pending.splice(0).flatMap((pending) => this.#judge(pending));
    this.#options.drainGaps();
    return hazards;
  }

  #expect(call: ForkCall): void {
    const atFork = {
      minorFaults: process.resourceUsage().minorPageFault,
      residentBytes: process.memoryUsage.rss(),
    };
    const pending = { call, atFork };
    this.#pending.push(pending);
    this.#timer ??= setTimer(() => {
      this.#timer = undefined;
      this.settle();
    }, AFTERMATH_MS).unref();
    if (!sharesInput(call)) return;
    // a connection can block this thread as soon as it goes on
    if ((call.stdio[0]?.parentFd ?? 0) > 2) setTick(() => this.#lookAtInput(pending));
    for (const delay of INPUT_LOOKS_MS) setTimer(() => this.#lookAtInput(pending), delay).unref();
  }

  #lookAtInput(pending: Pending): void {
    if (pending.split || !this.#viewOf(pending).splitsInput()) return;
    this.#pending = this.#pending.filter((one) => one !== pending);
    this.#judge(pending);
    this.#options.drainGaps();
  }

  #viewOf({ call, atFork }: Pending): AftermathView {
    return new AftermathView(call, this.#options.context(), atFork);
  }

  #judge(pending: Pending): Hazard[] {
    const view = this.#viewOf(pending);
    pending.split = sharesInput(pending.call) && view.splitsInput();
    return this.#options.engine.run('aftermath', view);
  }
}

/** It got our stdin, or a descriptor by its number. */
function sharesInput({ stdio }: ForkCall): boolean {
  return stdio.some(({ fd, parentFd = 1 }) => parentFd > 2 || (parentFd === 0 && fd === 0));
}
