/**
 * `setupFiles: ['forkguard/vitest']`: after each test, hazards of its forks and what it leaves behind fail it;
 * after the file, the same for what its hooks and concurrent tests did.
 */
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import * as vitest from 'vitest';
import type { Hazard } from '../model.js';
import type { ForkMatchers } from './matchers.js';
import type { Mark } from './protocol.js';

// an `import` of CommonJS would have Node read it twice, in each test file
const require = createRequire(import.meta.url);
const { ask, failureOf, LIMIT_MS } = require('./ask.js') as typeof import('./ask.js');
const { matchers } = require('./matchers.js') as typeof import('./matchers.js');
const { outlivesTests, watchFixtures } =
  require('./vitest-fixtures.js') as typeof import('./vitest-fixtures.js');

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: interfaces merge only with the same parameters
  interface Assertion<T = any> extends ForkMatchers {}
  interface AsymmetricMatchersContaining extends ForkMatchers<unknown> {}
}

interface Task {
  readonly name: string;
  readonly concurrent?: boolean;
  readonly suite?: Task;
  readonly file?: { readonly filepath: string };
}

const { expect } = vitest;
expect.extend(matchers);
watchFixtures(vitest.test);

// a first question now: without the preload every file fails at once and says why
let sinceFile: Mark = ask({ type: 'mark' });
let sinceTest: Mark | undefined;
let running = 0;
let overlapping = false;
let file = pathOf(expect.getState().testPath ?? '');
// the pools of vm contexts translate positions of TypeScript in these contexts only
ask({ type: 'test', name: '', file, prepare: () => Error.prepareStackTrace });

// vitest 4.1 has hooks around all others. Before it there is what runs last of a test and of a file: what was
// registered first to run when it has finished, so that ours sees what the others have left
const { aroundAll, aroundEach, beforeAll, beforeEach } = vitest as Partial<typeof vitest> & typeof vitest;
if (aroundEach && aroundAll) {
  aroundEach(async (runTest, { task }) => {
    begin(task);
    await runTest();
    await end(task);
  }, LIMIT_MS);
  aroundAll(async (runFile) => {
    await runFile();
    await endFile();
  }, LIMIT_MS);
} else {
  beforeEach(({ task, onTestFinished }) => {
    begin(task);
    onTestFinished(() => end(task), LIMIT_MS);
  });
  beforeAll(() => endFile, LIMIT_MS);
}

function begin(task: Task): void {
  file = pathOf(task.file?.filepath ?? '');
  ask({ type: 'test', name: nameOf(task), file });
  // tests that overlap cannot be told apart: the file answers for them
  if (running++ > 0) overlapping = true;
  else sinceTest = ask({ type: 'mark' });
}

async function end(task: Task): Promise<void> {
  running--;
  if (overlapping || !sinceTest) {
    if (running === 0) overlapping = false;
    return;
  }
  if (outlivesTests()) return;
  const error = await examine(sinceTest, `the test "${nameOf(task)}"`);
  if (!error) return;
  // said once: what is left of a test is there when the file ends, too
  sinceFile = ask({ type: 'mark' });
  throw error;
}

async function endFile(): Promise<void> {
  if (outlivesTests()) return;
  const error = await examine(sinceFile, `the file ${file}`);
  if (error) throw error;
}

async function examine(since: Mark, what: string): Promise<Error | undefined> {
  const failure = await failureOf(since, what);
  if (!failure) return undefined;
  const { error, hazards } = failure;
  // without a line of a stack vitest takes lines of the message for calls
  error.stack = `${error.message}\n    at ${placeOf(hazards)}`;
  return error;
}

/** Where vitest shows the source: at the first fork that is known. */
function placeOf(hazards: readonly Hazard[]): string {
  for (const { forked } of hazards) {
    const [frame] = forked?.frames ?? [];
    if (frame) return `${frame.file}:${frame.line}:${frame.column}`;
  }
  return '<anonymous>:0:0';
}

function nameOf(task: Task): string {
  const names: string[] = [];
  for (let one: Task | undefined = task; one; one = one.suite) names.unshift(one.name);
  return names.filter(Boolean).join(' > ');
}

function pathOf(path: string): string {
  return path && relative(process.cwd(), path);
}
