import { Run } from './run';

/**
 * `reporters: ['default', 'forkguard/jest-reporter']`: after the run, processes that its workers have left fail it,
 * with the test and the place of the fork where they are known.
 */
class ForkguardReporter {
  #run: Run | undefined;
  #error: Error | undefined;

  onRunStart(): void {
    this.#run = new Run();
  }

  async onRunComplete(): Promise<void> {
    const report = await this.#run?.end();
    if (!report) return;
    this.#error = new Error(`forkguard: processes of this test run live on\n\n${report}`);
    this.#error.stack = this.#error.message;
    console.error(`\n${this.#error.message}\n`);
  }

  /** Makes the run fail. jest does not print it. */
  getLastError(): Error | undefined {
    return this.#error;
  }
}

export = ForkguardReporter;
