/**
 * forkguard as a module. Most programs need none of it: `node -r forkguard/register app.js` is enough.
 */
import type { Options } from './config';
import type { Hazard } from './model';
import { current, start as startGuard, stop as stopGuard } from './start';

export type { Allowance } from './allow';
export type { ForkMessage, ResourceMessage } from './channels';
export type { Config, Options } from './config';
export type {
  ChildFacts,
  Finding,
  Fork,
  ForkApi,
  ForkRecord,
  Frame,
  Gap,
  Hazard,
  Lock,
  Reporter,
  Resource,
  ResourceKind,
  Severity,
  Site,
  SocketFacts,
  StdioEntry,
  Summary,
} from './model';
export type { ForkguardRecord } from './records';

/** Names of the public diagnostics channels; `docs/channels.md` tells what is published on them. */
export const channels = {
  fork: 'forkguard:fork',
  hazard: 'forkguard:hazard',
  resourceOpen: 'forkguard:resource:open',
  resourceClose: 'forkguard:resource:close',
} as const;

/** `start` was called where the settings say `off`. */
let isOff = false;

/**
 * Starts guarding this thread, as the preload does. What `options` leaves out comes from the environment and
 * package.json. A second start changes nothing. Descriptors, sockets and children that are older are not known
 * by the place where they were opened: preload where you can.
 *
 * @throws TypeError naming an option that cannot be understood, its value and what is allowed
 */
export function start(options: Options = {}): { stop(): void } {
  isOff = startGuard(options) === undefined;
  return { stop: stopGuard };
}

/**
 * Looks now, without a fork: what a child forked at this moment would inherit, what the forks of the last moments
 * have led to, and which children native code has made. Nothing where the settings say `off`.
 *
 * @throws Error where forkguard was not started
 */
export async function check(): Promise<Hazard[]> {
  const guard = current();
  if (!guard && isOff) return [];
  if (!guard)
    throw new Error(
      'forkguard is not started: run with `node -r forkguard/register` or call `start()` first',
    );
  return guard.check();
}
