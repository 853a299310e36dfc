/**
 * Fixtures of vitest with the scope `file` or `worker` live longer than the test that first asks for them, and
 * nothing tells what they start from what that test starts. Where there are such, only the end of the run is judged.
 */

interface Extendable {
  extend?(this: unknown, ...fixtures: unknown[]): Extendable;
}

/** One for all files of a worker, which without isolation load set-up modules again and fixtures once. */
const STATE = Symbol.for('forkguard.vitest-fixtures');

const state = globalThis as { [STATE]?: { shared: boolean } };

/** Whether a fixture may have started what lives after a test, or a file. */
export function outlivesTests(): boolean {
  return state[STATE]?.shared === true;
}

/** Notes what `test.extend` is called with. */
export function watchFixtures(test: Extendable): void {
  if (state[STATE]) return;
  state[STATE] = { shared: false };
  watch(test);
}

function watch(test: Extendable): void {
  const { extend } = test;
  if (!extend) return;
  test.extend = function (...fixtures) {
    if (state[STATE] && fixtures.some(isShared)) state[STATE].shared = true;
    const extended = Reflect.apply(extend, this, fixtures);
    watch(extended);
    return extended;
  };
}

/** `{ name: [value, options] }`, or the options of `extend(name, options, value)`. */
function isShared(fixtures: unknown): boolean {
  if (typeof fixtures !== 'object' || fixtures === null) return false;
  const options = [
    fixtures,
    ...Object.values(fixtures)
      .filter(Array.isArray)
      .map((fixture) => fixture[1]),
  ];
  return options.some((one) => one?.scope === 'file' || one?.scope === 'worker');
}
