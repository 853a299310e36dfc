import { Run } from './run.js';

/** As much of vitest's main object as is needed. */
interface Vitest {
  onClose(end: () => Promise<void>): void;
}

/**
 * `reporters: ['default', 'forkguard/vitest-reporter']`: when vitest ends, processes that its workers have left
 * fail the run, with the test and the place of the fork where they are known.
 */
export default class ForkguardReporter {
  onInit(vitest: Vitest): void {
    const run = new Run();
    vitest.onClose(async () => {
      const report = await run.end();
      if (!report) return;
      process.exitCode = 1;
      console.error(`\nforkguard: processes of this test run live on\n\n${report}\n`);
    });
  }
}
