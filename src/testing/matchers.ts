import type { Allowance } from '../allow';
import type { Hazard } from '../model';
import { allowances, ask, checkOptions, find, isHarmful, isMark, withoutAllowed } from './ask';

interface Result {
  readonly pass: boolean;
  message(): string;
}

export interface MatcherOptions {
  readonly allow?: readonly (string | Allowance)[];
}

/** What `expect.extend(matchers)` adds: of a function a promise, within another matcher what stands for a list. */
export interface ForkMatchers<R = Promise<void>> {
  toForkSafely(options?: MatcherOptions): R;
  toLeaveNoChildren(): R;
}

declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: interfaces merge only with the same parameters, those of @types/jest
    interface Matchers<R, T = {}> extends ForkMatchers {}
    interface Expect extends ForkMatchers<unknown> {}
    interface InverseAsymmetricMatchers extends ForkMatchers<unknown> {}
  }
}

/** Rules about processes that are left when a test has ended. */
const LEAVINGS = new Set(['orphaned-children', 'idle-channels', 'zombie-children']);

/**
 * For `expect.extend(matchers)`.
 *
 * `expect(body)` with a function is asynchronous: `await expect(() => …).toForkSafely()`. A list of hazards (from
 * `findHazards`), or for `toLeaveNoChildren` what `ignoreCurrent()` returned, is judged at once, so that both can
 * stand within another matcher: `expect({ hazards }).toEqual({ hazards: expect.toForkSafely() })`.
 */
export const matchers = {
  /** The function forks without a warning or an error, and leaves nothing behind. */
  toForkSafely(received: unknown, options: MatcherOptions = {}): Result | Promise<Result> {
    checkOptions(options, ['allow']);
    const allowed = allowances(options.allow);
    return judge('toForkSafely', received, (hazards) => withoutAllowed(hazards, allowed));
  },

  /** No child, and nothing that a child has started, is left. */
  toLeaveNoChildren(received: unknown): Result | Promise<Result> {
    return judge('toLeaveNoChildren', received, (hazards) =>
      hazards.filter(({ rule }) => LEAVINGS.has(rule)),
    );
  },
};

function judge(
  matcher: keyof typeof matchers,
  received: unknown,
  concerns: (hazards: readonly Hazard[]) => readonly Hazard[],
): Result | Promise<Result> {
  if (Array.isArray(received)) {
    ask({ type: 'mark' }); // an empty list says nothing where nobody looked
    return resultOf(matcher, received as Hazard[], concerns);
  }
  if (isMark(received) && matcher === 'toLeaveNoChildren') {
    return resultOf(matcher, ask({ type: 'judge', since: received, asked: true }).hazards, concerns);
  }
  if (typeof received === 'function') return judgeBody(matcher, received as () => unknown, concerns);
  const others = matcher === 'toForkSafely' ? 'a list of hazards' : 'what ignoreCurrent() returned';
  throw new TypeError(`${matcher} needs a function or ${others}, and got ${typeof received}`);
}

async function judgeBody(
  matcher: keyof typeof matchers,
  body: () => unknown,
  concerns: (hazards: readonly Hazard[]) => readonly Hazard[],
): Promise<Result> {
  return resultOf(matcher, await find(body), concerns);
}

function resultOf(
  matcher: keyof typeof matchers,
  hazards: readonly Hazard[],
  concerns: (hazards: readonly Hazard[]) => readonly Hazard[],
): Result {
  const harmful = concerns(hazards).filter(isHarmful);
  const meant = matcher === 'toForkSafely' ? 'to fork safely' : 'to leave no children';
  return {
    pass: harmful.length === 0,
    message: () =>
      harmful.length > 0
        ? `expected the function ${meant}, but found:\n\n${ask({ type: 'render', hazards: harmful })}`
        : `expected the function not ${meant}, but nothing was found`,
  };
}
