import { relative } from 'node:path';
import type * as Vitest from 'vitest' with { 'resolution-mode': 'import' };
import type { Hazard } from '../model';
import { ask, LIMIT_MS } from './ask';
import { matchers } from './matchers';
import { type Failure, TestFile } from './test-file';
import { watchFixtures } from './vitest-fixtures';

interface Suite {
  readonly name: string;
  readonly suite?: Suite;
  readonly filepath?: string;
}

interface Test {
  readonly name: string;
  readonly suite?: Suite;
  readonly file: Suite;
  readonly result?: { readonly state: string };
}

type HooksOf = (suite: never) => {
  readonly afterAll: readonly unknown[];
  readonly aroundAll?: readonly unknown[];
};

/** The global object of the tests, which the pools of vm contexts have one of their own of for each file. */
interface Global {
  readonly Error: ErrorConstructor;
  readonly __vitest_worker__?: {
    readonly config?: {
      readonly isolate?: boolean;
      readonly pool?: string;
      readonly sequence?: { readonly hooks?: string };
    };
  };
}

/**
 * Judges each test of a file, and at its end the file.
 *
 * @throws Error where forkguard was not preloaded
 */
export function hookIn(vitest: typeof Vitest, hooksOf: HooksOf, global: object): void {
  const { __vitest_worker__: worker, Error: ErrorOfTests } = global as Global;
  const { isolate = false, pool = '', sequence } = worker?.config ?? {};
  const { afterAll, aroundAll, aroundEach, beforeAll, beforeEach, expect } = vitest;
  expect.extend(matchers);
  const scopeOfFixtures = watchFixtures(vitest.test, isolate || pool.startsWith('vm'));
  /** How many of the hooks that run after all tests of the file are ours. */
  let ownHooks = 0;

  // a first question now: without the preload every file fails at once and says why
  const file = new TestFile<Test>(pathOf(expect.getState().testPath ?? ''), {
    nameOf,
    mayEndLater,
    hasFailed: ({ result }) => result?.state === 'fail',
  });
  // the pools of vm contexts translate positions of TypeScript in these contexts only
  ask({ type: 'test', name: '', file: file.path, prepare: () => ErrorOfTests.prepareStackTrace });

  // vitest 4.1 has hooks around all others. Before it there is what runs last of a test and of a file: what was
  // registered first to run when it has finished, so that ours sees what the others have left
  if (aroundEach && aroundAll) {
    aroundEach(async (runTest, { task }) => {
      begin(task);
      await runTest();
      await end(task);
    }, LIMIT_MS);
    aroundAll(async (runFile) => {
      await runFile();
      await finish();
    }, LIMIT_MS);
    ownHooks = 1;
  } else {
    beforeEach(({ task, onTestFinished }) => {
      begin(task);
      onTestFinished(() => end(task), LIMIT_MS);
    });
    beforeAll(() => finish, LIMIT_MS);
    // what that returns is forgotten where another `beforeAll` fails; in a stack of hooks the first `afterAll` runs last
    if (sequence?.hooks === 'stack') {
      const hasFailed = (suite: unknown) => (suite as Partial<Test>).result?.state === 'fail';
      afterAll((suite: unknown) => (hasFailed(suite) ? finish() : undefined), LIMIT_MS);
      ownHooks = 1;
    }
  }

  function begin(test: Test): void {
    file.path = pathOf(test.file.filepath ?? '');
    file.begin(test);
  }

  async function end(test: Test): Promise<void> {
    if (outlivesFile()) return;
    const failure = await file.end(test);
    if (failure) throw errorOf([failure]);
  }

  async function finish(): Promise<void> {
    if (outlivesFile()) return;
    const failures = await file.finish();
    if (failures.length > 0) throw errorOf(failures);
  }

  function errorOf(failures: readonly Failure<Test>[]): Error {
    const error = new ErrorOfTests(failures.map(({ error: { message } }) => message).join('\n\n'));
    // without a line of a stack vitest takes lines of the message for calls
    error.stack = `${error.message}\n    at ${placeOf(failures.flatMap(({ hazards }) => hazards))}`;
    return error;
  }

  /** Whether what is there when the file ends may belong to a fixture: before vitest 4.1 those of a file end after us. */
  function outlivesFile(): boolean {
    const scope = scopeOfFixtures();
    return scope === 'worker' || (scope === 'file' && !aroundAll);
  }

  /** Whether a fixture or a hook of a suite that the test is in may end what it leaves. */
  function mayEndLater({ suite, file }: Test): boolean {
    if (scopeOfFixtures() === 'file') return true;
    const suites = [file];
    for (let one = suite; one; one = one.suite) suites.push(one);
    return suites.some((one) => {
      const { afterAll, aroundAll = [] } = hooksOf(one as never);
      return afterAll.length + aroundAll.length > (one === file ? ownHooks : 0);
    });
  }
}

/** Where vitest shows the source: at the first fork that is known. */
function placeOf(hazards: readonly Hazard[]): string {
  for (const { forked } of hazards) {
    const [frame] = forked?.frames ?? [];
    if (frame) return `${frame.file}:${frame.line}:${frame.column}`;
  }
  return '<anonymous>:0:0';
}

function nameOf(task: Test | Suite): string {
  return task.suite ? `${nameOf(task.suite)} > ${task.name}` : task.name;
}

function pathOf(path: string): string {
  return path && relative(process.cwd(), path);
}
