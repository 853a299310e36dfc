/**
 * `setupFilesAfterEnv: ['forkguard/jest']`: after each test, hazards of its forks and what it leaves behind fail
 * it; after the file, the same for what its hooks and concurrent tests did.
 */
import { isAbsolute, relative } from 'node:path';
import { ask, failureOf, LIMIT_MS } from './ask';
import { matchers } from './matchers';
import type { Mark } from './protocol';

interface Test {
  readonly name: string;
  readonly parent?: Test;
  readonly concurrent?: boolean;
  readonly children?: readonly Test[];
  readonly errors: unknown[];
}

interface Event {
  readonly name: string;
  readonly test?: Test;
}

interface State {
  readonly rootDescribeBlock: Test;
  readonly unhandledErrors: unknown[];
}

type Handler = (event: Event, state: State) => Promise<void> | void;

interface JestGlobals {
  readonly expect?: {
    extend(matchers: object): void;
    getState(): { testPath?: string; currentTestName?: string };
  };
  readonly beforeAll?: (hook: () => void) => void;
  readonly beforeEach?: (hook: () => void) => void;
  readonly afterEach?: (hook: () => Promise<void>, limitMs: number) => void;
  readonly afterAll?: (hook: () => Promise<void>, limitMs: number) => void;
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

const { expect } = globalThis as unknown as JestGlobals;
expect?.extend(matchers);
// a first question now: without the preload every file fails at once and says why
const atFileStart = ask({ type: 'mark' });
const file = pathOf(expect?.getState().testPath ?? '');
ask({ type: 'test', name: '', file });
let sinceFile: Mark = atFileStart;
let sinceTest: Mark | undefined;
let concurrent = false;

const listed = handlers();
if (listed) listed.unshift(onEvent);
else hookIn();

async function onEvent(event: Event, state: State): Promise<void> {
  switch (event.name) {
    case 'run_start':
      concurrent = hasConcurrent(state.rootDescribeBlock);
      return;
    case 'test_start': {
      ask({ type: 'test', name: nameOf(event.test), file });
      sinceTest = ask({ type: 'mark' });
      return;
    }
    case 'test_done': {
      // tests that overlap cannot be told apart: the file answers for them
      if (concurrent || !sinceTest) return;
      const error = await examine(sinceTest, `the test "${nameOf(event.test)}"`);
      if (error) {
        event.test?.errors.push(error);
        // said once: what is left of a test is there when the file ends, too
        sinceFile = ask({ type: 'mark' });
      }
      return;
    }
    case 'run_finish': {
      const error = await examine(sinceFile, `the file ${file}`);
      if (!error) return;
      // jest prints what follows the first line once more where no line of a stack divides text and stack
      error.stack = `${error.message}\n    at <anonymous>:0:0`;
      state.unhandledErrors.push(error);
    }
  }
}

/**
 * Before jest 30 the handlers are out of reach, but the state is not: our hooks are registered first, and those of
 * the file are put before the ones that look.
 */
function hookIn(): void {
  const { beforeAll, beforeEach, afterEach, afterAll } = globalThis as unknown as Required<JestGlobals>;
  const root = rootBlock();
  afterEach(async () => {
    if (concurrent || !sinceTest) return;
    const error = await examine(sinceTest, `the test "${currentName()}"`);
    if (!error) return;
    sinceFile = ask({ type: 'mark' });
    throw error;
  }, LIMIT_MS);
  afterAll(async () => {
    const error = await examine(sinceFile, `the file ${file}`);
    if (error) throw error;
  }, LIMIT_MS);
  const { hooks } = root;
  const push = (...others: unknown[]) => {
    hooks.splice(-OURS, 0, ...others);
    return hooks.length;
  };
  Object.defineProperty(hooks, 'push', { value: push, configurable: true, writable: true });
  beforeAll(() => {
    concurrent = hasConcurrent(root);
  });
  beforeEach(() => {
    ask({ type: 'test', name: currentName(), file });
    sinceTest = ask({ type: 'mark' });
  });
}

function currentName(): string {
  return expect?.getState().currentTestName ?? '';
}

function rootBlock(): Test & { readonly hooks: unknown[] } {
  const state = symbolNamed(STATE) as
    | { rootDescribeBlock?: Test & { readonly hooks: unknown[] } }
    | undefined;
  if (state?.rootDescribeBlock) return state.rootDescribeBlock;
  throw new Error(
    'forkguard/jest belongs into `setupFilesAfterEnv` of a configuration that runs tests with jest-circus, the usual runner of jest 29 and later',
  );
}

function symbolNamed(name: string): unknown {
  const symbol = Object.getOwnPropertySymbols(globalThis).find(({ description }) => description === name);
  return symbol && (globalThis as unknown as Record<symbol, unknown>)[symbol];
}

async function examine(since: Mark, what: string): Promise<Error | undefined> {
  return (await failureOf(since, what))?.error;
}

function handlers(): Handler[] | undefined {
  const list = symbolNamed(HANDLERS);
  return Array.isArray(list) ? list : undefined;
}

function hasConcurrent(block: Test): boolean {
  return block.children?.some((child) => child.concurrent === true || hasConcurrent(child)) ?? false;
}

function nameOf(test: Test | undefined): string {
  const names: string[] = [];
  for (let one = test; one?.parent; one = one.parent) names.unshift(one.name);
  return names.join(' > ');
}

function pathOf(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
