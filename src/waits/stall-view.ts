import type { StalledCall, StalledChild, StallSnapshot } from '../facts/stall';
import type { Stall } from '../model';

export interface Stalled {
  readonly calls?: readonly StalledCall[];
  readonly children?: readonly StalledChild[];
}

/** What was found late, at the moment of a stall. */
export class StallView implements StallSnapshot {
  readonly moment: Stall;
  readonly pid: number;
  readonly #found: Stalled;

  constructor(moment: Stall, pid: number, found: Stalled) {
    this.moment = moment;
    this.pid = pid;
    this.#found = found;
  }

  calls(): readonly StalledCall[] {
    return this.#found.calls ?? [];
  }

  children(): readonly StalledChild[] {
    return this.#found.children ?? [];
  }
}
