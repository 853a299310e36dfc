import { END, Run } from './run';
import { type Vitest, watchRun } from './vitest-run';

/**
 * `globalSetup: 'forkguard/global-setup'` of vitest, or of jest with `globalTeardown: 'forkguard/global-teardown'`:
 * after the run, processes that its workers have left fail it, with the place of the fork, and with the test where
 * that is known. Returns what ends the run of jest.
 */
function begin(of: { readonly vitest?: Vitest }): (() => Promise<void>) | undefined {
  // the workers of vitest live longer than a global set-up
  if (of.vitest) {
    watchRun(of.vitest);
    return undefined;
  }
  const run = new Run();
  const end = async (): Promise<void> => {
    const report = await run.end();
    if (!report) return;
    const error = new Error(`forkguard: processes of this test run live on\n\n${report}`);
    error.stack = error.message;
    throw error;
  };
  (globalThis as { [END]?: () => Promise<void> })[END] = end;
  return end;
}

export = begin;
