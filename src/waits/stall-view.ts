import type { Stall } from '../model';
import type { StalledCall, StalledChild, StallSnapshot } from '../rules/rule';

/** What was found late, at the moment of a stall. */
export class StallView implements StallSnapshot {
  readonly moment: Stall;
  readonly pid: number;
  readonly #found: { readonly calls?: readonly StalledCall[]; readonly children?: readonly StalledChild[] };

  constructor(
    moment: Stall,
    pid: number,
    found: { readonly calls?: readonly StalledCall[]; readonly children?: readonly StalledChild[] },
  ) {
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
