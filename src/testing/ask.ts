import { channel } from 'node:diagnostics_channel';
import { type Allowance, isAllowed, unknownRules } from '../allow';
import type { Hazard } from '../model';
import { type AnswerTo, CHANNEL, type Mark, markChildren, type Request } from './protocol';

/** Milliseconds between looks: a child that is just ending is not a leak. */
const PAUSES = [1, 5, 10, 20, 50, 100, 200, 400, 800];

/** Milliseconds that a runner should give to a hook that looks: more than all pauses together. */
export const LIMIT_MS = 10_000;

const MISSING =
  "forkguard is not loaded, so nothing would be found: run the tests with NODE_OPTIONS='--require forkguard/register', or with `npx forkguard run -- …`";

/** Whether forkguard was preloaded. */
export function isLoaded(): boolean {
  return channel(CHANNEL).hasSubscribers;
}

/**
 * Asks the guard of this thread.
 *
 * @throws Error where forkguard was not preloaded
 */
export function ask<R extends Request>(request: R): AnswerTo<R['type']> {
  const testing = channel(CHANNEL);
  if (testing.hasSubscribers) testing.publish(request);
  // jest gives tests a copy of the environment, which they may hand on
  if (request.type === 'test' || request.type === 'mark') markChildren(process.env);
  if (request.answer === undefined) {
    const off = process.env.FORKGUARD === 'off' ? ' (the environment has FORKGUARD=off)' : '';
    throw new Error(MISSING + off);
  }
  return request.answer as AnswerTo<R['type']>;
}

/** Gives who is left time to end, in growing pauses; returns at once when nobody is of whom no test was told. */
export async function settle(since: Mark): Promise<void> {
  for (const milliseconds of PAUSES) {
    if (ask({ type: 'left', since, untold: true }).length === 0) return;
    await ask({ type: 'pause', milliseconds, since });
  }
}

/** Runs `body` and returns what is found of it, which nobody else is told. `file`: all tests of a file have ended. */
export async function find(body: () => unknown, mark?: Mark, file = false): Promise<readonly Hazard[]> {
  const now = ask({ type: 'mark', divert: true });
  const since = mark ?? now;
  const end = () => ask({ type: 'judge', since, diverted: true, file }).hazards;
  try {
    await body();
    await settle(since);
  } catch (error) {
    end();
    throw error;
  }
  return end();
}

/** What the test does not allow itself; whom it lets live on, nobody else is told of. */
export function withoutAllowed(hazards: readonly Hazard[], allowed: readonly Allowance[]): readonly Hazard[] {
  const accepted = hazards.filter((hazard) => isAllowed(hazard, allowed));
  if (accepted.length > 0) ask({ type: 'accept', hazards: accepted });
  return hazards.filter((hazard) => !accepted.includes(hazard));
}

/**
 * What fails a test. Not what is only worth knowing, and not `slow-forks`: how long a fork takes on a loaded
 * machine says nothing about the test.
 */
export function isHarmful({ rule, severity }: Hazard): boolean {
  return severity !== 'info' && rule !== 'slow-forks';
}

/**
 * A mistyped option would be silently without effect.
 *
 * @throws TypeError that names the option, or what is no mark
 */
export function checkOptions(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`the options are ${String(options)}: they must be an object`);
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new TypeError(
      `"${unknown}" is no option: there ${known.length > 1 ? 'are' : 'is'} ${known.join(' and ')}`,
    );
  const { since } = options as { since?: unknown };
  if (since !== undefined && !isMark(since))
    throw new TypeError('since is no mark: it must be what ignoreCurrent() returned');
}

/** @throws TypeError that names what is no allowance, or no rule */
export function allowances(allow: readonly (string | Allowance)[] = []): Allowance[] {
  if (!Array.isArray(allow)) throw new TypeError(`allow is ${shown(allow)}: it must be a list`);
  const allowed = allow.map(allowanceOf);
  const [complaint] = allowed.length > 0 ? unknownRules(allowed, ask({ type: 'rules' })) : [];
  if (complaint) throw new TypeError(complaint);
  return allowed;
}

function allowanceOf(entry: string | Allowance): Allowance {
  if (typeof entry === 'string') return { rule: entry };
  if (settings().isAllowance(entry)) return entry;
  throw new TypeError(
    `allow has ${shown(entry)}: allowed are names of rules, and { rule, command, target, site } with texts`,
  );
}

const shown = (value: unknown) => settings().shown(value);

/** Most tests allow nothing, or whole rules. */
function settings(): typeof import('../settings') {
  return require('../settings') as typeof import('../settings');
}

export function isMark(value: unknown): value is Mark {
  return typeof value === 'object' && value !== null && 'pids' in value && 'forks' in value;
}

/** Those of which nobody has been told; from now on they are said. */
export function notSaid(hazards: readonly Hazard[], said: Set<unknown>): readonly Hazard[] {
  const fresh = hazards.filter((hazard) => !said.has(keyOf(hazard)));
  for (const hazard of fresh) said.add(keyOf(hazard));
  return fresh;
}

/** What a hazard is about: its fork, else its child, else itself. */
function keyOf(hazard: Hazard): unknown {
  return hazard.fork ?? hazard.child?.pid ?? hazard;
}
