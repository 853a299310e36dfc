/**
 * Fixtures of vitest with the scope `file` or `worker` live longer than the test that first asks for them, and
 * nothing tells what they start from what that test starts. Where there are such, only what ends after them is judged.
 */

interface Extendable {
  extend?(this: unknown, ...fixtures: unknown[]): Extendable;
}

type Scope = 'file' | 'worker';

/** By vitest's `test`: files that share it load fixtures once, and set-up modules again. */
const scopes = new WeakMap<Extendable, Set<unknown>>();

/**
 * Notes what `test.extend` is called with. Returns what tells the longest scope so far, beyond that of a test.
 *
 * @param isolated each file loads its fixtures for itself
 */
export function watchFixtures(test: Extendable, isolated: boolean): () => Scope | undefined {
  const found = scopes.get(test) ?? new Set();
  if (!scopes.has(test)) watch(test, found);
  scopes.set(test, found);
  if (isolated) found.clear();
  return () => (['worker', 'file'] as const).find((scope) => found.has(scope));
}

function watch(test: Extendable, found: Set<unknown>): void {
  const { extend } = test;
  if (!extend) return;
  test.extend = function (...fixtures) {
    for (const scope of fixtures.flatMap(scopesOf)) found.add(scope);
    const extended = Reflect.apply(extend, this, fixtures);
    watch(extended, found);
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
