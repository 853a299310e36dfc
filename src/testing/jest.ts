/**
 * `setupFilesAfterEnv: ['forkguard/jest']`: after each test, hazards of its forks and what it leaves behind fail
 * it; after the file, the same for what its hooks and concurrent tests did.
 */
import { isAbsolute, relative } from 'node:path';
import { ask, LIMIT_MS } from './ask';
import { matchers } from './matchers';
import { TestFile } from './test-file';

interface Test {
  readonly name: string;
  readonly parent?: Test;
  readonly concurrent?: boolean;
  readonly children?: readonly Test[];
  readonly hooks?: readonly { readonly type: string; readonly fn: unknown }[];
  readonly errors: unknown[];
}

interface Event {
  readonly name: string;
  readonly test?: Test;
}

interface State {
  readonly rootDescribeBlock: Test & { readonly hooks: unknown[] };
  readonly currentlyRunningTest?: Test;
  readonly unhandledErrors: unknown[];
}

type Handler = (event: Event, state: State) => Promise<void> | void;

interface JestGlobals {
  readonly expect: {
    extend(matchers: object): void;
    getState(): { testPath?: string };
  };
  readonly beforeAll: (hook: () => void) => void;
  readonly beforeEach: (hook: () => void) => void;
  readonly afterEach: (hook: () => Promise<void>, limitMs: number) => void;
  readonly afterAll: (hook: () => Promise<void>, limitMs: number) => void;
}

/**
 * jest-circus calls these in order, and waits for each. Hooks do not serve: its `afterEach` hooks run in the order
 * in which they were registered, so that ours, the first, would look before the test's own have ended their
 * children.
 */
const HANDLERS = 'EVENT_HANDLERS';
/** Our hooks that look: after each and after all. */
const OURS = 2;
const STATE = 'JEST_STATE_SYMBOL';

const BELONGS =
  'forkguard/jest belongs into `setupFilesAfterEnv` of a configuration that runs tests with jest-circus, the usual runner of jest 29 and later';

// `injectGlobals: false` leaves the global object as it is
const jest = ('expect' in globalThis ? globalThis : globalsOfJest()) as JestGlobals;
const { expect } = jest;
// in `setupFiles` there are no tests yet
if (!expect) throw new Error(BELONGS);
expect.extend(matchers);
// a first question now: without the preload every file fails at once and says why
const file = new TestFile<Test>(pathOf(expect.getState().testPath ?? ''), {
  nameOf,
  mayEndLater: hasLaterHooks,
  // what it failed with is forgotten when it is tried again; before jest 30 an error stands beside a place
  hasFailed: (test, error) => test.errors.flat().includes(error),
});
ask({ type: 'test', name: '', file: file.path });
let concurrent = false;

const listed = handlers();
if (listed) listed.unshift(onEvent);
else hookIn();

async function onEvent({ name, test }: Event, state: State): Promise<void> {
  switch (name) {
    case 'run_start':
      concurrent = hasConcurrent(state.rootDescribeBlock);
      return;
    case 'test_started':
      if (test) file.begin(test, concurrent);
      return;
    case 'test_done': {
      const failure = test && (await file.end(test));
      if (failure) test.errors.push(failure.error);
      return;
    }
    case 'run_finish':
      await finish(state);
  }
}

/** jest makes its results only now: tests that have ended can still fail. */
async function finish({ unhandledErrors }: State): Promise<void> {
  for (const { test, error } of await file.finish()) {
    // jest prints what follows the first line once more where no line of a stack divides text and stack
    if (!test) error.stack = `${error.message}\n    at <anonymous>:0:0`;
    (test?.errors ?? unhandledErrors).push(error);
  }
}

/**
 * Before jest 30 the handlers are out of reach, but the state is not: our hooks are registered first, and those of
 * the file are put before the ones that look.
 */
function hookIn(): void {
  const { beforeAll, beforeEach, afterEach, afterAll } = jest;
  const { hooks } = state().rootDescribeBlock;
  afterEach(async () => {
    const { currentlyRunningTest: test } = state();
    const failure = test && (await file.end(test));
    if (failure) throw failure.error;
  }, LIMIT_MS);
  afterAll(look, LIMIT_MS);
  const push = (...others: unknown[]) => {
    hooks.splice(-OURS, 0, ...others);
    return hooks.length;
  };
  Object.defineProperty(hooks, 'push', { value: push, configurable: true, writable: true });
  beforeAll(() => {
    concurrent = hasConcurrent(state().rootDescribeBlock);
  });
  beforeEach(() => {
    const { currentlyRunningTest: test } = state();
    if (test) file.begin(test, concurrent);
  });
}

function globalsOfJest(): unknown {
  try {
    return require('@jest/globals');
  } catch {
    throw new Error(`${BELONGS}; in vitest it is forkguard/vitest`);
  }
}

function look(): Promise<void> {
  return finish(state());
}

function state(): State {
  const known = symbolNamed(STATE) as State | undefined;
  if (known?.rootDescribeBlock) return known;
  throw new Error(BELONGS);
}

function symbolNamed(name: string): unknown {
  const symbol = Object.getOwnPropertySymbols(globalThis).find(({ description }) => description === name);
  return symbol && (globalThis as unknown as Record<symbol, unknown>)[symbol];
}

function handlers(): Handler[] | undefined {
  const list = symbolNamed(HANDLERS);
  return Array.isArray(list) ? list : undefined;
}

function hasConcurrent(block: Test): boolean {
  return block.children?.some((child) => child.concurrent === true || hasConcurrent(child)) ?? false;
}

function hasLaterHooks({ parent }: Test): boolean {
  if (!parent) return false;
  const own = parent.hooks?.some(({ type, fn }) => type === 'afterAll' && fn !== look);
  return own || hasLaterHooks(parent);
}

function nameOf({ name, parent }: Test): string {
  // the outermost block has no name
  return parent?.parent ? `${nameOf(parent)} > ${name}` : name;
}

function pathOf(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
