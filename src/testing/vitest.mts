/**
 * `setupFiles: ['forkguard/vitest']`: after each test, hazards of its forks and what it leaves behind fail it;
 * after the file, the same for what its hooks and concurrent tests did.
 */
import { createRequire } from 'node:module';
import * as vitest from 'vitest';
import type { ForkMatchers } from './matchers.js';

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: interfaces merge only with the same parameters
  interface Assertion<T = any> extends ForkMatchers {}
  interface AsymmetricMatchersContaining extends ForkMatchers<unknown> {}
}

// vitest translates this file in each run and sends it to each worker: as little as can be stands in it. An `import` of
// CommonJS would have Node read that twice, in each test file
const { hookIn } = createRequire(import.meta.url)('./vitest-hooks.js') as typeof import('./vitest-hooks.js');
hookIn(vitest, vitest.TestRunner?.getSuiteHooks ?? (await import('vitest/suite')).getHooks, globalThis);
