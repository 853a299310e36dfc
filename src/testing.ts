/**
 * For tests: `verifyNoHazards(body)` fails where the body forks unsafely or leaves processes behind. Everything
 * here needs the preload and throws at once without it.
 */
import { AssertionError } from 'node:assert';
import type { Allowance } from './allow';
import type { Hazard } from './model';
import {
  allowances,
  ask,
  checkOptions,
  find,
  isHarmful,
  isLoaded,
  LIMIT_MS,
  notSaid,
  withoutAllowed,
} from './testing/ask';
import type { Mark } from './testing/protocol';
import { Running } from './testing/running';

export type { Allowance } from './allow';
export type { Hazard } from './model';
export { type ForkMatchers, type MatcherOptions, matchers } from './testing/matchers';
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
  if (typeof body !== 'function') throw new TypeError(`findHazards needs a function, and got ${typeof body}`);
  checkOptions(options, ['since']);
  return find(body, options.since);
}

/**
 * Fails where `findHazards` finds a warning or an error that is not allowed. Without a body it looks at what has
 * happened since `options.since`.
 *
 * @throws AssertionError whose message is the report; its `hazards` are those that failed it
 * @throws Error where forkguard was not preloaded; whatever `body` throws
 */
export async function verifyNoHazards(
  body: (() => unknown) | VerifyOptions,
  options: VerifyOptions = {},
): Promise<void> {
  const chosen = typeof body === 'function' ? options : body;
  const run = typeof body === 'function' ? body : () => {};
  if (run !== body && !chosen?.since)
    throw new TypeError('verifyNoHazards needs a function, or { since: ignoreCurrent() }');
  checkOptions(chosen, ['allow', 'since']);
  const harmful = await findHarmful(run, allowances(chosen.allow), chosen.since);
  if (harmful.length > 0) throw errorOf(harmful, verifyNoHazards);
}

async function findHarmful(
  body: () => unknown,
  allowed: readonly Allowance[],
  since?: Mark,
  file = false,
): Promise<readonly Hazard[]> {
  const hazards = await find(body, since, file);
  return withoutAllowed(hazards, allowed).filter(isHarmful);
}

/** `whose`: said where the runner names no test. */
function errorOf(
  hazards: readonly Hazard[],
  above: (...args: never[]) => unknown,
  whose = '',
): AssertionError {
  // the message says it all: runners print `actual` besides it, and jest what is not `fail` in words of its own
  const error = new AssertionError({
    message: `${whose && `forkguard: ${whose}\n\n`}${ask({ type: 'render', hazards })}`,
    operator: 'fail',
    stackStartFn: above,
  });
  return Object.defineProperty(error, 'hazards', { value: hazards, configurable: true, writable: true });
}

/** The hooks of `node:test`, mocha and the like. */
export interface Hooks {
  beforeEach(hook: (this: unknown, ...context: unknown[]) => void): unknown;
  afterEach(hook: (this: unknown, ...context: unknown[]) => Promise<void>): unknown;
  /** With it, what files and `before` hooks leave, outside of any test, is found as well. */
  after?(hook: (this: unknown) => Promise<void>): unknown;
}

/**
 * When this module was loaded, and so before what the files of this thread do outside of tests: `verifyEachTest` is
 * called after the hooks.
 */
const outside = isLoaded() ? ignoreCurrent() : undefined;
/** Calls whose `after` is still to come: runners may load all files first, and the children of the others live. */
let unfinished = 0;
/** Where several files share a process, the hooks of each may see the tests of all. */
const running = new Running();
let sinceTest: Mark | undefined;
/** Forks and children of which a test has been told. */
const said = new Set<unknown>();

/**
 * Looks after each test and, with `after`, after all. Call it after your own hooks, so that what they end is gone
 * when it looks.
 *
 * @throws Error where forkguard was not preloaded
 */
export function verifyEachTest(hooks: Hooks, options: VerifyOptions = {}): void {
  const { beforeEach, afterEach, after } = hooks ?? {};
  if (typeof beforeEach !== 'function' || typeof afterEach !== 'function')
    throw new TypeError('verifyEachTest needs the hooks of the runner: { beforeEach, afterEach, after }');
  checkOptions(options, ['allow', 'since']);
  const allowed = allowances(options.allow);
  const since = ignoreCurrent();
  const verify = async (mark: Mark, file = false): Promise<void> => {
    const harmful = await findHarmful(() => {}, allowed, mark, file);
    const unsaid = notSaid(harmful, said);
    if (unsaid.length > 0)
      throw errorOf(unsaid, verify, file ? 'outside of tests, or of tests at the same time' : '');
  };
  // without a named parameter: mocha would take it for a callback and wait for it
  beforeEach(function (this: unknown, ...[context]: unknown[]) {
    ask({ type: 'test', name: nameOf(testOf(this, context)), file: '' });
    if (running.begin(testOf(this, context))) sinceTest = ignoreCurrent();
  });
  afterEach(async function (this: unknown, ...[context]: unknown[]) {
    // tests that overlap are looked at after all
    if (!running.end(testOf(this, context))) return;
    giveTime(this);
    const test = (context ?? {}) as NodeTest;
    const mark = sinceTest ?? since;
    // what a test of `node:test` ends with `t.after()` lives until then
    if (test.after) test.after(() => verify(mark).catch((error: Error) => failTest(test, error)));
    else await verify(mark);
  });
  if (!after) return;
  unfinished++;
  after(async function (this: unknown) {
    giveTime(this);
    if (--unfinished > 0) return;
    await verify(outside ?? since, true).catch((error) => {
      // where only such a hook has failed `node:test` may end well
      process.exitCode ||= 1;
      throw error;
    });
  });
}

/** As much of the context of `node:test` as is needed. */
interface NodeTest {
  after?(hook: () => Promise<void>): void;
  readonly error?: unknown;
  diagnostic?(message: string): void;
}

/** Of a test that has failed before, `node:test` shows no second error. */
function failTest(test: NodeTest, error: Error): never {
  if (test.error) test.diagnostic?.(error.message);
  throw error;
}

/** mocha gives a hook 2 s, which is hardly more than who is just ending is given. */
function giveTime(self: unknown): void {
  const { timeout } = (self ?? {}) as { timeout?(milliseconds?: number): number };
  if (timeout && timeout.call(self) > 0) timeout.call(self, Math.max(timeout.call(self), LIMIT_MS));
}

/** mocha has the test in `this`, `node:test` hands over a context. */
function testOf(self: unknown, context: unknown): unknown {
  return (self as { currentTest?: unknown } | null | undefined)?.currentTest ?? context;
}

function nameOf(test: unknown): string {
  const { fullTitle, fullName, name } = (test ?? {}) as {
    fullTitle?(): string;
    fullName?: unknown;
    name?: unknown;
  };
  return String(fullTitle?.call(test) ?? fullName ?? name ?? '');
}
