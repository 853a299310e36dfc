import { END, Run } from './run';

/**
 * `globalSetup: 'forkguard/global-setup'` of vitest, or of jest with `globalTeardown: 'forkguard/global-teardown'`:
 * after the run, processes that its workers have left fail it, with the test and the place of the fork where they
 * are known. Returns what ends the run.
 */
function begin(): () => Promise<void> {
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
