import type { RanTest } from './ran-tests';
import { Run } from './run';

/** As much of what jest tells as is needed. */
interface TestCase {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly startedAt?: number | null;
  /** In milliseconds. */
  readonly duration?: number | null;
}

interface TestFile {
  readonly path: string;
}

/**
 * `reporters: ['default', 'forkguard/jest-reporter']`: after the run, processes that its workers have left fail it,
 * with the test and the place of the fork where they are known.
 */
class ForkguardReporter {
  #run: Run | undefined;
  #error: Error | undefined;
  readonly #tests: RanTest[] = [];

  onRunStart(): void {
    this.#run = new Run();
  }

  onTestCaseStart({ path }: TestFile, test: TestCase): void {
    const start = test.startedAt ?? Date.now();
    this.#tests.push({ name: nameOf(test), file: path, start, end: Number.POSITIVE_INFINITY });
  }

  onTestCaseResult({ path }: TestFile, test: TestCase): void {
    const name = nameOf(test);
    const ran = this.#tests.findLast((one) => one.file === path && one.name === name);
    if (ran) ran.end = ran.start + (test.duration ?? 0);
  }

  async onRunComplete(): Promise<void> {
    const report = await this.#run?.end({ tests: this.#tests });
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

function nameOf({ ancestorTitles, title }: TestCase): string {
  return [...ancestorTitles, title].join(' > ');
}

export = ForkguardReporter;
