/** The ends at which there is nothing to look at: most are such. */

import type { ExitContext } from '../exit-view';
import type { Exit } from '../model';
import { pendingBytes } from '../program';
import { channelBacklog } from './channel';

/** Nothing lives, waits to be written or has gone wrong that a rule could speak of. */
export function isQuiet({ of }: Exit, context: ExitContext): boolean {
  const { candidates, others, thrownAway, keepers, unflushed, departures, touched } = context;
  const parts = [
    candidates,
    others,
    thrownAway,
    keepers,
    unflushed,
    departures.orphans(),
    departures.zombies(),
  ];
  if (parts.some((part) => part !== undefined && part.length > 0) || departures.crash()) return false;
  if (context.strangers().length > 0) return false;
  if (of !== 'process') return true;
  return pendingBytes(touched.get(1)) + pendingBytes(touched.get(2)) + channelBacklog(process) === 0;
}

/** No departures. */
export const NOTHING = {
  orphans: () => [],
  zombies: () => [],
  crash: () => undefined,
  signals: (_pid: number): ReadonlySet<number> => new Set(),
};
