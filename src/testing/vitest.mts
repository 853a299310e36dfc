/**
 * `setupFiles: ['forkguard/vitest']`: after each test, hazards of its forks and what it leaves behind fail it;
 * after the file, the same for what its hooks and concurrent tests did.
 */
import { relative } from 'node:path';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import type { Hazard } from '../model.js';
import { ask, failureOf } from './ask.js';
import { matchers } from './matchers.js';
import type { Mark } from './protocol.js';

interface Task {
  readonly name: string;
  readonly concurrent?: boolean;
  readonly suite?: Task;
  readonly file?: { readonly filepath: string };
}

expect.extend(matchers);

// a first question now: without the preload every file fails at once and says why
let sinceFile: Mark = ask({ type: 'mark' });
let sinceTest: Mark | undefined;
let running = 0;
let overlapping = false;
let file = pathOf(expect.getState().testPath ?? '');
// the pools of vm contexts translate positions of TypeScript in these contexts only
ask({ type: 'test', name: '', file, prepare: () => Error.prepareStackTrace });

// vitest runs the hooks that end a test last first: ours, the first to be registered, sees what the others left
beforeEach(({ task }) => {
  file = pathOf((task as Task).file?.filepath ?? '');
  ask({ type: 'test', name: nameOf(task as Task), file });
  // tests that overlap cannot be told apart: the file answers for them
  if (running++ > 0) overlapping = true;
  else sinceTest = ask({ type: 'mark' });
});

afterEach(async ({ task }) => {
  running--;
  if (overlapping || !sinceTest) {
    if (running === 0) overlapping = false;
    return;
  }
  const error = await examine(sinceTest, `the test "${nameOf(task as Task)}"`);
  if (!error) return;
  // said once: what is left of a test is there when the file ends, too
  sinceFile = ask({ type: 'mark' });
  throw error;
});

afterAll(async () => {
  const error = await examine(sinceFile, `the file ${file}`);
  if (error) throw error;
});

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
