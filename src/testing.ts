/**
 * For tests: `verifyNoHazards(body)` fails where the body forks unsafely or leaves processes behind. Everything
 * here needs the preload and throws at once without it.
 */
import { AssertionError } from 'node:assert';
import { type Allowance, isAllowed } from './allow';
import type { Hazard } from './model';
import { allowances, ask, isHarmful, settle } from './testing/ask';
import type { Mark } from './testing/protocol';

export type { Allowance } from './allow';
export type { Hazard } from './model';
export { matchers } from './testing/matchers';
export type { Mark } from './testing/protocol';

export interface VerifyOptions {
  /** Rules, or finer allowances, whose hazards do not fail the test. */
  readonly allow?: readonly (string | Allowance)[];
  /** Ignore what was there at that time, instead of when the body begins. */
  readonly since?: Mark;
}

/** What is there now, to be ignored: pass it as `since`. */
export function ignoreCurrent(): Mark {
  return ask({ type: 'mark' });
}

/**
 * Runs `body` and returns the hazards of its forks and of what it leaves behind. Who is just ending is given
 * about 1.5 s. What is found is not reported elsewhere.
 *
 * @throws Error where forkguard was not preloaded; whatever `body` throws
 */
export async function findHazards(
  body: () => unknown,
  options: Pick<VerifyOptions, 'since'> = {},
): Promise<readonly Hazard[]> {
  const now = ask({ type: 'mark', divert: true });
  const since = options.since ?? now;
  const end = () => ask({ type: 'judge', since, diverted: true }).hazards;
  try {
    await body();
    await settle(since);
  } catch (error) {
    end();
    throw error;
  }
  return end();
}

/**
 * Fails where `findHazards` finds a warning or an error that is not allowed. Without a body it looks at what has
 * happened since `options.since`.
 *
 * @throws AssertionError whose message is the report; `actual` are the hazards
 * @throws Error where forkguard was not preloaded; whatever `body` throws
 */
export async function verifyNoHazards(
  body: (() => unknown) | VerifyOptions,
  options: VerifyOptions = {},
): Promise<void> {
  const chosen = typeof body === 'function' ? options : body;
  const run = typeof body === 'function' ? body : () => {};
  if (run !== body && !chosen.since)
    throw new TypeError('verifyNoHazards needs a function, or { since: ignoreCurrent() }');
  const hazards = await findHazards(run, chosen);
  const harmful = hazards.filter(isHarmful).filter((hazard) => !isAllowed(hazard, allowances(chosen.allow)));
  if (harmful.length === 0) return;
  throw new AssertionError({
    message: ask({ type: 'render', hazards: harmful }),
    actual: harmful,
    expected: [],
    operator: 'verifyNoHazards',
    stackStartFn: verifyNoHazards,
  });
}

/** The hooks of `node:test`, mocha and the like. */
export interface Hooks {
  beforeEach(hook: () => void): unknown;
  afterEach(hook: () => Promise<void>): unknown;
}

/**
 * Looks after each test. Call it after your own hooks, so that what they end is gone when it looks.
 *
 * @throws Error where forkguard was not preloaded
 */
export function verifyEachTest({ beforeEach, afterEach }: Hooks, options: VerifyOptions = {}): void {
  let since = ignoreCurrent();
  beforeEach(() => {
    since = ignoreCurrent();
  });
  afterEach(() => verifyNoHazards({ ...options, since }));
}
