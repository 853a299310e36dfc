import { type Vitest, watchRun } from './vitest-run.js';

/**
 * `reporters: ['default', 'forkguard/vitest-reporter']`: when vitest ends, processes that its workers have left
 * fail the run, with the test and the place of the fork where they are known.
 */
export default class ForkguardReporter {
  onInit(vitest: Vitest): void {
    watchRun(vitest);
  }
}
