/** A test, as the runner's main process knows it. */
export interface RanTest {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** From when to when it ran, in milliseconds since 1970. */
  readonly start: number;
  end: number;
}

/** Runners give times in whole milliseconds: a test may end by so much later than its end. */
const ROUNDING = 1;

interface Forked {
  /** From when to when it was made and judged, in milliseconds since 1970. */
  readonly time?: number;
  readonly until?: number;
  /** The files of the program that it came through, innermost first. */
  readonly through: readonly string[];
}

/**
 * Where a fork must have happened, as far as that is certain: an empty name stands for no test of the file.
 *
 * @param chain the fork, what started the process or thread that made it, and so on
 */
export function testOf(
  chain: readonly Forked[],
  tests: readonly RanTest[],
): { readonly test?: string; readonly file: string } | undefined {
  const files = new Set(tests.map(({ file }) => file));
  const inTest = chain.find(({ through }) => through.some((one) => files.has(one)));
  const { time, until, through } = inTest ?? chain[0] ?? { through: [] };
  const [only] = files.size === 1 ? files : [];
  const file = through.find((one) => files.has(one)) ?? only;
  if (file === undefined || time === undefined) return undefined;
  const during = tests.filter((one) => one.file === file && one.start <= time && time <= one.end);
  // one test ends, and the next one forks, in the same millisecond: a fork is over before its test is
  const whole = during.filter(({ end }) => inTest && until !== undefined && until <= end + ROUNDING);
  const names = new Set((whole.length > 0 ? whole : during).map(({ name }) => name));
  const [name = ''] = names;
  return names.size > 1 ? { file } : { test: name, file };
}
