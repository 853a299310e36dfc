import { expect as imported } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import * as forkguard from '../src';
import type { ForkMatchers } from '../src/testing';

// as docs/tests.md has it
declare module 'expect' {
  interface Matchers<R, T> extends ForkMatchers {}
  interface AsymmetricMatchers extends ForkMatchers<unknown> {}
}

// What users write against: a change here is a change of the public types. `npm run check` compiles it.

test('the module', () => {
  expectTypeOf(forkguard.start).parameter(0).toEqualTypeOf<forkguard.Options | undefined>();
  expectTypeOf(forkguard.start).returns.toEqualTypeOf<{ stop(): void }>();
  expectTypeOf(forkguard.check).returns.toEqualTypeOf<Promise<forkguard.Hazard[]>>();
  expectTypeOf<forkguard.Options['mode']>().toEqualTypeOf<'off' | 'report' | 'throw' | undefined>();
  expectTypeOf<forkguard.Options['allow']>().toEqualTypeOf<
    readonly (string | forkguard.Allowance)[] | undefined
  >();
});

test('a hazard', () => {
  expectTypeOf<forkguard.Hazard['severity']>().toEqualTypeOf<'error' | 'warning' | 'info'>();
  expectTypeOf<forkguard.Hazard['opened']>().toEqualTypeOf<forkguard.Site | string | undefined>();
  expectTypeOf<forkguard.Hazard['forked']>().toEqualTypeOf<forkguard.Site | undefined>();
  expectTypeOf<forkguard.Hazard['proof']>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<forkguard.Hazard>().toHaveProperty('fingerprint').toEqualTypeOf<string>();
});

test('a reporter of the user needs one function only', () => {
  expectTypeOf<{ hazard(hazard: forkguard.Hazard): void }>().toMatchTypeOf<forkguard.Reporter>();
});

test('the matchers, where jest is global', () => {
  const matched = () => expect(() => {}).toForkSafely({ allow: ['slow-forks'] });
  expectTypeOf(matched).returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf(() => expect([]).not.toLeaveNoChildren()).returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf(() => ({ hazards: expect.toForkSafely() })).returns.toEqualTypeOf<{ hazards: unknown }>();
  expectTypeOf(() => expect.not.toForkSafely()).returns.toEqualTypeOf<unknown>();
});

test('the matchers of an imported expect', () => {
  const matched = () => imported(() => {}).toForkSafely({ allow: ['slow-forks'] });
  expectTypeOf(matched).returns.toEqualTypeOf<Promise<void>>();
  expectTypeOf(() => ({ hazards: imported.toForkSafely() })).returns.toEqualTypeOf<{ hazards: unknown }>();
});
