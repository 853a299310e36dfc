import type { StalledChild } from '../facts/stall';
import type { Lateness, Matter } from './lateness';

/** What looks have found about one child. It is reported once, when a second look has found the same. */
export class Suspicions {
  #suspected: ReadonlyMap<string, Matter> = new Map();
  readonly #reported = new Set<string>();

  /** The last look has found something that was not reported. */
  get any(): boolean {
    return this.#suspected.size > 0;
  }

  /** The child has moved: what is only true of one that does nothing has to be found twice again. */
  moved(): void {
    this.#suspected = new Map([...this.#suspected].filter(([, matter]) => matter !== 'pipes'));
  }

  /** Takes what a look has found. `sure`: it is to be reported now; `new`: another look has to find it, too. */
  note(found: StalledChild | undefined, over: Lateness['over']): 'sure' | 'new' | 'nothing' {
    const fresh = (found ? keysOf(found) : []).filter(([key]) => !this.#reported.has(key));
    const sure = fresh.filter(([key, matter]) => this.#suspected.has(key) && over[matter]);
    this.#suspected = new Map(fresh);
    for (const [key] of sure) this.#reported.add(key);
    if (sure.length > 0) return 'sure';
    return fresh.length > 0 ? 'new' : 'nothing';
  }
}

/** By what a finding is known again. */
function keysOf({ heldBy, unread, unended, asked, handles }: StalledChild): (readonly [string, Matter])[] {
  return [
    ...heldBy.map(({ pid }) => [`held ${pid}`, 'pipes'] as const),
    ...unread.map(
      ({ stream, reading, awaited }) =>
        [`unread ${stream} ${reading} ${awaited === undefined}`, 'pipes'] as const,
    ),
    ...(unended ? [[`unended ${unended.awaited === undefined}`, 'pipes'] as const] : []),
    ...(asked ? [[`asked ${asked.signal} ${asked.disposition}`, 'asked'] as const] : []),
    ...(handles ? [['handles', 'handles'] as const] : []),
  ];
}
