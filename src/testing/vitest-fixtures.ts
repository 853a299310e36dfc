/**
 * Fixtures of vitest with the scope `file` or `worker` live longer than the test that first asks for them, and
 * nothing tells what they start from what that test starts. Where there are such, only what ends after them is judged.
 */

interface Extendable {
  extend?(this: unknown, ...fixtures: unknown[]): Extendable;
}

type Scope = 'file' | 'worker';

/** One for all files of a worker, which without isolation load set-up modules again and fixtures once. */
const STATE = Symbol.for('forkguard.vitest-fixtures');

const state = globalThis as { [STATE]?: Set<unknown> };

/** The longest scope of the fixtures of this worker, beyond that of a test. */
export function scopeOfFixtures(): Scope | undefined {
  return (['worker', 'file'] as const).find((scope) => state[STATE]?.has(scope));
}

/** Notes what `test.extend` is called with. */
export function watchFixtures(test: Extendable): void {
  if (state[STATE]) return;
  state[STATE] = new Set();
  watch(test);
}

function watch(test: Extendable): void {
  const { extend } = test;
  if (!extend) return;
  test.extend = function (...fixtures) {
    for (const scope of fixtures.flatMap(scopesOf)) state[STATE]?.add(scope);
    const extended = Reflect.apply(extend, this, fixtures);
    watch(extended);
    return extended;
  };
}

/** `{ name: [value, options] }`, or the options of `extend(name, options, value)`. */
function scopesOf(fixtures: unknown): unknown[] {
  if (typeof fixtures !== 'object' || fixtures === null) return [];
  const options = [
    fixtures,
    ...Object.values(fixtures)
      .filter(Array.isArray)
      .map((fixture) => fixture[1]),
  ];
  return options.map((one) => one?.scope);
}
